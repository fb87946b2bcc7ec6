-- up

-- refused: column tags cannot be said in oracle: it has no ARRAY

-- down

-- refused: column tags cannot be said in oracle: it has no ARRAY
