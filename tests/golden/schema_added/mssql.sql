-- up

IF SCHEMA_ID(N'people') IS NULL EXEC (N'CREATE SCHEMA people');

-- down

IF SCHEMA_ID(N'people') <> SCHEMA_ID()
    AND NOT EXISTS (SELECT * FROM sys.objects WHERE schema_id = SCHEMA_ID(N'people'))
    AND NOT EXISTS (SELECT * FROM sys.types WHERE schema_id = SCHEMA_ID(N'people'))
    AND NOT EXISTS (SELECT * FROM sys.xml_schema_collections WHERE schema_id = SCHEMA_ID(N'people'))
    DROP SCHEMA people;
