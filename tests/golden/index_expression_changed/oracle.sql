-- up

DROP INDEX ix_users_email;

CREATE INDEX ix_users_email ON users (upper(email));

-- down

DROP INDEX ix_users_email;

CREATE INDEX ix_users_email ON users (lower(email));
