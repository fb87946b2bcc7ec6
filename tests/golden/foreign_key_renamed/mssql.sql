-- up

EXEC sp_rename N'fk_author', N'fk_posts_author', N'OBJECT';

-- down

EXEC sp_rename N'fk_posts_author', N'fk_author', N'OBJECT';
