-- up

-- refused: column tags cannot be said in mariadb: it has no ARRAY

-- down

-- refused: column tags cannot be said in mariadb: it has no ARRAY
