-- up

-- refused: column title cannot be said in mariadb: VARCHAR requires a length on dialect mariadb

-- down

-- refused: column title cannot be said in mariadb: VARCHAR requires a length on dialect mariadb
