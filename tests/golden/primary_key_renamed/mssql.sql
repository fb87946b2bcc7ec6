-- up

EXEC sp_rename N'pk_words', N'pk_tags', N'OBJECT';

-- down

EXEC sp_rename N'pk_tags', N'pk_words', N'OBJECT';
