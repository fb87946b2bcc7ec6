-- up

DECLARE @schema SYSNAME = SCHEMA_NAME();
EXEC sp_addextendedproperty N'MS_Description', N'who can''t log in', N'SCHEMA', @schema, N'TABLE', N'users';

-- down

DECLARE @schema SYSNAME = SCHEMA_NAME();
EXEC sp_dropextendedproperty N'MS_Description', N'SCHEMA', @schema, N'TABLE', N'users';
