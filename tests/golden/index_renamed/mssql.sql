-- up

EXEC sp_rename N'users.ix_email', N'ix_users_email', N'INDEX';

-- down

EXEC sp_rename N'users.ix_users_email', N'ix_email', N'INDEX';
