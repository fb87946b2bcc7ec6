-- up

EXEC sp_rename N'users.id', N'user_id', N'COLUMN';

-- down

EXEC sp_rename N'users.user_id', N'id', N'COLUMN';
