-- up

DECLARE @sql NVARCHAR(MAX) = (
    SELECT N'ALTER TABLE logs DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.key_constraints
    WHERE parent_object_id = OBJECT_ID(N'logs') AND type = 'PK'
);
EXEC sp_executesql @sql;

-- down

ALTER TABLE logs ADD PRIMARY KEY (line);
