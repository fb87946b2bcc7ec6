-- up

-- refused: column marks cannot be said in oracle: it has no ARRAY

-- down

-- refused: column marks cannot be said in oracle: it has no ARRAY
