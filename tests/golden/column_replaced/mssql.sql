-- up

ALTER TABLE users ADD phone VARCHAR(40) NULL;

DECLARE @sql NVARCHAR(MAX) = (
    SELECT STRING_AGG(N'ALTER TABLE users DROP CONSTRAINT ' + QUOTENAME(name), N'; ') FROM (
        SELECT name FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(N'users') AND COL_NAME(parent_object_id, parent_column_id) = N'fax'
        UNION SELECT name FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'users') AND COL_NAME(parent_object_id, parent_column_id) = N'fax'
        UNION SELECT OBJECT_NAME(constraint_object_id) FROM sys.foreign_key_columns WHERE parent_object_id = OBJECT_ID(N'users') AND COL_NAME(parent_object_id, parent_column_id) = N'fax'
    ) AS found (name)
);
EXEC sp_executesql @sql;

ALTER TABLE users DROP COLUMN fax;

-- down

ALTER TABLE users ADD fax VARCHAR(40) NULL;

DECLARE @sql NVARCHAR(MAX) = (
    SELECT STRING_AGG(N'ALTER TABLE users DROP CONSTRAINT ' + QUOTENAME(name), N'; ') FROM (
        SELECT name FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(N'users') AND COL_NAME(parent_object_id, parent_column_id) = N'phone'
        UNION SELECT name FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'users') AND COL_NAME(parent_object_id, parent_column_id) = N'phone'
        UNION SELECT OBJECT_NAME(constraint_object_id) FROM sys.foreign_key_columns WHERE parent_object_id = OBJECT_ID(N'users') AND COL_NAME(parent_object_id, parent_column_id) = N'phone'
    ) AS found (name)
);
EXEC sp_executesql @sql;

ALTER TABLE users DROP COLUMN phone;
