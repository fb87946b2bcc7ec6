-- up

ALTER TABLE users RENAME COLUMN nick TO handle;

DROP INDEX ix_users_nick;

CREATE INDEX ix_users_handle ON users (handle);

-- down

DROP INDEX ix_users_handle;

CREATE INDEX ix_users_nick ON users (handle);

ALTER TABLE users RENAME COLUMN handle TO nick;
