-- up

ALTER TABLE pages ADD state VARCHAR(5) NULL;

ALTER TABLE posts ADD state VARCHAR(5) NULL;

-- down

DECLARE @sql NVARCHAR(MAX) = (
    SELECT STRING_AGG(N'ALTER TABLE posts DROP CONSTRAINT ' + QUOTENAME(name), N'; ') FROM (
        SELECT name FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(N'posts') AND COL_NAME(parent_object_id, parent_column_id) = N'state'
        UNION SELECT name FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'posts') AND COL_NAME(parent_object_id, parent_column_id) = N'state'
        UNION SELECT OBJECT_NAME(constraint_object_id) FROM sys.foreign_key_columns WHERE parent_object_id = OBJECT_ID(N'posts') AND COL_NAME(parent_object_id, parent_column_id) = N'state'
    ) AS found (name)
);
EXEC sp_executesql @sql;

ALTER TABLE posts DROP COLUMN state;

DECLARE @sql NVARCHAR(MAX) = (
    SELECT STRING_AGG(N'ALTER TABLE pages DROP CONSTRAINT ' + QUOTENAME(name), N'; ') FROM (
        SELECT name FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(N'pages') AND COL_NAME(parent_object_id, parent_column_id) = N'state'
        UNION SELECT name FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'pages') AND COL_NAME(parent_object_id, parent_column_id) = N'state'
        UNION SELECT OBJECT_NAME(constraint_object_id) FROM sys.foreign_key_columns WHERE parent_object_id = OBJECT_ID(N'pages') AND COL_NAME(parent_object_id, parent_column_id) = N'state'
    ) AS found (name)
);
EXEC sp_executesql @sql;

ALTER TABLE pages DROP COLUMN state;
