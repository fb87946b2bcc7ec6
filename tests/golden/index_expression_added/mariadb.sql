-- up

-- refused: index ix_users_email of table users is over an expression, which MariaDB cannot do

-- down

ALTER TABLE users DROP INDEX ix_users_email;
