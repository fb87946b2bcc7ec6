-- up

CREATE INDEX ix_users_email ON users ((lower(email)));

-- down

ALTER TABLE users DROP INDEX ix_users_email;
