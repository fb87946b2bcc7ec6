-- up

ALTER TABLE pages ADD parent_id INTEGER NULL;

ALTER TABLE pages ADD CONSTRAINT fk_pages_parent FOREIGN KEY(parent_id) REFERENCES pages (id);

-- down

ALTER TABLE pages DROP CONSTRAINT fk_pages_parent;

DECLARE @sql NVARCHAR(MAX) = (
    SELECT STRING_AGG(N'ALTER TABLE pages DROP CONSTRAINT ' + QUOTENAME(name), N'; ') FROM (
        SELECT name FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(N'pages') AND COL_NAME(parent_object_id, parent_column_id) = N'parent_id'
        UNION SELECT name FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'pages') AND COL_NAME(parent_object_id, parent_column_id) = N'parent_id'
        UNION SELECT OBJECT_NAME(constraint_object_id) FROM sys.foreign_key_columns WHERE parent_object_id = OBJECT_ID(N'pages') AND COL_NAME(parent_object_id, parent_column_id) = N'parent_id'
    ) AS found (name)
);
EXEC sp_executesql @sql;

ALTER TABLE pages DROP COLUMN parent_id;
