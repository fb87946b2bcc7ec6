-- up

DECLARE @schema SYSNAME = SCHEMA_NAME();
EXEC sp_addextendedproperty N'MS_Description', N'100% where to write to', N'SCHEMA', @schema, N'TABLE', N'users', N'COLUMN', N'email';

-- down

DECLARE @schema SYSNAME = SCHEMA_NAME();
EXEC sp_dropextendedproperty N'MS_Description', N'SCHEMA', @schema, N'TABLE', N'users', N'COLUMN', N'email';
