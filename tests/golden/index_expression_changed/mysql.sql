-- up

ALTER TABLE users DROP INDEX ix_users_email;

CREATE INDEX ix_users_email ON users ((upper(email)));

-- down

ALTER TABLE users DROP INDEX ix_users_email;

CREATE INDEX ix_users_email ON users ((lower(email)));
