-- up

ALTER TABLE users DROP CONSTRAINT ck_users_named;

EXEC sp_rename N'users.nick', N'handle', N'COLUMN';

ALTER TABLE users ADD CONSTRAINT ck_users_named CHECK (handle <> '');

EXEC sp_rename N'users.ix_users_nick', N'ix_users_handle', N'INDEX';

-- down

EXEC sp_rename N'users.ix_users_handle', N'ix_users_nick', N'INDEX';

ALTER TABLE users DROP CONSTRAINT ck_users_named;

EXEC sp_rename N'users.handle', N'nick', N'COLUMN';

ALTER TABLE users ADD CONSTRAINT ck_users_named CHECK (nick <> '');
