-- up

-- refused: column marks cannot be said in mariadb: it has no ARRAY

-- down

-- refused: column marks cannot be said in mariadb: it has no ARRAY
