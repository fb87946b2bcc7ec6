-- up

ALTER TABLE users DROP INDEX ix_users_email;

CREATE UNIQUE INDEX ix_users_email ON users (email);

-- down

ALTER TABLE users DROP INDEX ix_users_email;

CREATE INDEX ix_users_email ON users (email);
