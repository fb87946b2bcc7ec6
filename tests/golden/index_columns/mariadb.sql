-- up

ALTER TABLE users DROP INDEX ix_users;

CREATE INDEX ix_users ON users (last, first);

-- down

ALTER TABLE users DROP INDEX ix_users;

CREATE INDEX ix_users ON users (last);
