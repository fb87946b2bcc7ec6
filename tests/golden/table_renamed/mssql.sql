-- up

EXEC sp_rename N'users', N'accounts', N'OBJECT';

EXEC sp_rename N'accounts.ix_users_email', N'ix_accounts_email', N'INDEX';

-- down

EXEC sp_rename N'accounts.ix_accounts_email', N'ix_users_email', N'INDEX';

EXEC sp_rename N'accounts', N'users', N'OBJECT';
