-- up

CREATE SEQUENCE order_numbers;

ALTER TABLE orders ADD DEFAULT NEXT VALUE FOR order_numbers FOR number;

-- down

DECLARE @sql NVARCHAR(MAX) = (
    SELECT N'ALTER TABLE orders DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N'orders') AND COL_NAME(parent_object_id, parent_column_id) = N'number'
);
EXEC sp_executesql @sql;

DROP SEQUENCE order_numbers;
