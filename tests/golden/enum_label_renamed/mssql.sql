-- up

ALTER TABLE posts ALTER COLUMN state VARCHAR(6) NULL;

UPDATE posts SET state = CASE state WHEN N'live' THEN N'public' ELSE state END WHERE state IN (N'live');

DECLARE @sql NVARCHAR(MAX) = (
    SELECT N'ALTER TABLE posts DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N'posts') AND COL_NAME(parent_object_id, parent_column_id) = N'state'
);
EXEC sp_executesql @sql;

ALTER TABLE posts ADD DEFAULT 'public' FOR state;

-- down

UPDATE posts SET state = CASE state WHEN N'public' THEN N'live' ELSE state END WHERE state IN (N'public');

DECLARE @sql NVARCHAR(MAX) = (
    SELECT N'ALTER TABLE posts DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N'posts') AND COL_NAME(parent_object_id, parent_column_id) = N'state'
);
EXEC sp_executesql @sql;

ALTER TABLE posts ALTER COLUMN state VARCHAR(5) NULL;

ALTER TABLE posts ADD DEFAULT 'live' FOR state;
