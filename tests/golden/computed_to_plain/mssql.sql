-- up

ALTER TABLE items DROP COLUMN twice;

ALTER TABLE items ADD twice INTEGER NULL;

-- down

DECLARE @sql NVARCHAR(MAX) = (
    SELECT STRING_AGG(N'ALTER TABLE items DROP CONSTRAINT ' + QUOTENAME(name), N'; ') FROM (
        SELECT name FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(N'items') AND COL_NAME(parent_object_id, parent_column_id) = N'twice'
        UNION SELECT name FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'items') AND COL_NAME(parent_object_id, parent_column_id) = N'twice'
        UNION SELECT OBJECT_NAME(constraint_object_id) FROM sys.foreign_key_columns WHERE parent_object_id = OBJECT_ID(N'items') AND COL_NAME(parent_object_id, parent_column_id) = N'twice'
    ) AS found (name)
);
EXEC sp_executesql @sql;

ALTER TABLE items DROP COLUMN twice;

ALTER TABLE items ADD twice AS (price * 2) PERSISTED;
