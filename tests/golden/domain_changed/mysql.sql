-- up

-- refused: column email cannot be said in mysql: it has no DOMAIN

-- down

-- refused: column email cannot be said in mysql: it has no DOMAIN
