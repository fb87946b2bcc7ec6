-- up

-- refused: column title cannot be said in mysql: VARCHAR requires a length on dialect mysql

-- down

-- refused: column title cannot be said in mysql: VARCHAR requires a length on dialect mysql
