-- up

EXEC sp_rename N'uq_email', N'uq_users_contact', N'OBJECT';

-- down

EXEC sp_rename N'uq_users_contact', N'uq_email', N'OBJECT';
