-- up

ALTER TABLE users RENAME COLUMN nick TO handle;

ALTER INDEX ix_users_nick RENAME TO ix_users_handle;

-- down

ALTER INDEX ix_users_handle RENAME TO ix_users_nick;

ALTER TABLE users RENAME COLUMN handle TO nick;
