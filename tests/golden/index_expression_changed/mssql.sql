-- up

-- refused: index ix_users_email of table users is over an expression, which SQL Server cannot do

-- down

-- refused: index ix_users_email of table users is over an expression, which SQL Server cannot do
