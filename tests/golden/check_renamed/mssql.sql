-- up

EXEC sp_rename N'ck_price', N'ck_items_price', N'OBJECT';

-- down

EXEC sp_rename N'ck_items_price', N'ck_price', N'OBJECT';
