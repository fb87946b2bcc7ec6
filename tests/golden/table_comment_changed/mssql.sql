-- up

DECLARE @schema SYSNAME = SCHEMA_NAME();
EXEC sp_updateextendedproperty N'MS_Description', N'who may log in', N'SCHEMA', @schema, N'TABLE', N'users';

-- down

DECLARE @schema SYSNAME = SCHEMA_NAME();
EXEC sp_updateextendedproperty N'MS_Description', N'people', N'SCHEMA', @schema, N'TABLE', N'users';
