-- up

CREATE INDEX ix_users_email ON users (lower(email));

-- down

DROP INDEX ix_users_email;
