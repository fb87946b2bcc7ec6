-- up

DROP INDEX ix_users_email;

-- down

CREATE INDEX ix_users_email ON users (email);
