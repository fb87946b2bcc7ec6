-- up

-- refused: index ix_users_email of table users is over an expression, which SQL Server cannot do

-- down

DROP INDEX ix_users_email ON users;
