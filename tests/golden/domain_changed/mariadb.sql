-- up

-- refused: column email cannot be said in mariadb: it has no DOMAIN

-- down

-- refused: column email cannot be said in mariadb: it has no DOMAIN
