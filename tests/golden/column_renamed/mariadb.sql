-- up

ALTER TABLE users RENAME COLUMN nick TO handle;

ALTER TABLE users RENAME INDEX ix_users_nick TO ix_users_handle;

-- down

ALTER TABLE users RENAME INDEX ix_users_handle TO ix_users_nick;

ALTER TABLE users RENAME COLUMN handle TO nick;
