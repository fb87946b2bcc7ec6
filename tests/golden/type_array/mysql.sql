-- up

-- refused: column marks cannot be said in mysql: it has no ARRAY

-- down

-- refused: column marks cannot be said in mysql: it has no ARRAY
