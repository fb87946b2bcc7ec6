-- up

ALTER TABLE posts ADD DEFAULT 'fine' FOR mood;

-- down

DECLARE @sql NVARCHAR(MAX) = (
    SELECT N'ALTER TABLE posts DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N'posts') AND COL_NAME(parent_object_id, parent_column_id) = N'mood'
);
EXEC sp_executesql @sql;
