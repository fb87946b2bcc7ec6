-- up

EXEC sp_rename N'users.nick', N'handle', N'COLUMN';

ALTER TABLE users ALTER COLUMN handle VARCHAR(80) NULL;

-- down

ALTER TABLE users ALTER COLUMN handle VARCHAR(40) NULL;

EXEC sp_rename N'users.handle', N'nick', N'COLUMN';
