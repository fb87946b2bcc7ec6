-- up

DROP INDEX ix_users_email;

CREATE UNIQUE INDEX ix_users_email ON users (email);

-- down

DROP INDEX ix_users_email;

CREATE INDEX ix_users_email ON users (email);
