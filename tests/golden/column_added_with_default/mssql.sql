-- up

ALTER TABLE users ADD logins INTEGER NOT NULL DEFAULT '0';

-- down

DECLARE @sql NVARCHAR(MAX) = (
    SELECT STRING_AGG(N'ALTER TABLE users DROP CONSTRAINT ' + QUOTENAME(name), N'; ') FROM (
        SELECT name FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(N'users') AND COL_NAME(parent_object_id, parent_column_id) = N'logins'
        UNION SELECT name FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'users') AND COL_NAME(parent_object_id, parent_column_id) = N'logins'
        UNION SELECT OBJECT_NAME(constraint_object_id) FROM sys.foreign_key_columns WHERE parent_object_id = OBJECT_ID(N'users') AND COL_NAME(parent_object_id, parent_column_id) = N'logins'
    ) AS found (name)
);
EXEC sp_executesql @sql;

ALTER TABLE users DROP COLUMN logins;
