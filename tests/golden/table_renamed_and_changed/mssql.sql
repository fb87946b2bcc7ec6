-- up

EXEC sp_rename N'users', N'accounts', N'OBJECT';

ALTER TABLE accounts ADD born DATE NULL;

ALTER TABLE accounts ALTER COLUMN email VARCHAR(200) NOT NULL;

-- down

ALTER TABLE accounts ALTER COLUMN email VARCHAR(80) NOT NULL;

DECLARE @sql NVARCHAR(MAX) = (
    SELECT STRING_AGG(N'ALTER TABLE accounts DROP CONSTRAINT ' + QUOTENAME(name), N'; ') FROM (
        SELECT name FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(N'accounts') AND COL_NAME(parent_object_id, parent_column_id) = N'born'
        UNION SELECT name FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'accounts') AND COL_NAME(parent_object_id, parent_column_id) = N'born'
        UNION SELECT OBJECT_NAME(constraint_object_id) FROM sys.foreign_key_columns WHERE parent_object_id = OBJECT_ID(N'accounts') AND COL_NAME(parent_object_id, parent_column_id) = N'born'
    ) AS found (name)
);
EXEC sp_executesql @sql;

ALTER TABLE accounts DROP COLUMN born;

EXEC sp_rename N'accounts', N'users', N'OBJECT';
