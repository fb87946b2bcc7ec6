-- up

-- refused: column tags cannot be said in mysql: it has no ARRAY

-- down

-- refused: column tags cannot be said in mysql: it has no ARRAY
