-- up

-- refused: column email cannot be said in oracle: it has no DOMAIN

-- down

-- refused: column email cannot be said in oracle: it has no DOMAIN
