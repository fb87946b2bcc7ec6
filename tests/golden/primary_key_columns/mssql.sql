-- up

DECLARE @sql NVARCHAR(MAX) = (
    SELECT N'ALTER TABLE tags DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.key_constraints
    WHERE parent_object_id = OBJECT_ID(N'tags') AND type = 'PK'
);
EXEC sp_executesql @sql;

ALTER TABLE tags ADD PRIMARY KEY (word, language);

-- down

DECLARE @sql NVARCHAR(MAX) = (
    SELECT N'ALTER TABLE tags DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.key_constraints
    WHERE parent_object_id = OBJECT_ID(N'tags') AND type = 'PK'
);
EXEC sp_executesql @sql;

ALTER TABLE tags ADD PRIMARY KEY (word);
