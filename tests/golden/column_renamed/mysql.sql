-- up

ALTER TABLE users DROP CHECK ck_users_named, RENAME COLUMN nick TO handle, ADD CONSTRAINT ck_users_named CHECK (handle <> '');

ALTER TABLE users RENAME INDEX ix_users_nick TO ix_users_handle;

-- down

ALTER TABLE users RENAME INDEX ix_users_handle TO ix_users_nick;

ALTER TABLE users DROP CHECK ck_users_named, RENAME COLUMN handle TO nick, ADD CONSTRAINT ck_users_named CHECK (nick <> '');
