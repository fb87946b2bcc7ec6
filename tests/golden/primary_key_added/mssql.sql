-- up

ALTER TABLE users ADD PRIMARY KEY (email);

-- down

DECLARE @sql NVARCHAR(MAX) = (
    SELECT N'ALTER TABLE users DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.key_constraints
    WHERE parent_object_id = OBJECT_ID(N'users') AND type = 'PK'
);
EXEC sp_executesql @sql;
