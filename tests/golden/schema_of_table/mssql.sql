-- up

IF SCHEMA_ID(N'people') IS NULL EXEC (N'CREATE SCHEMA people');

CREATE TABLE people.users (
    id INTEGER NOT NULL IDENTITY,
    PRIMARY KEY (id)
);

-- down

DROP TABLE people.users;

IF SCHEMA_ID(N'people') <> SCHEMA_ID()
    AND NOT EXISTS (SELECT * FROM sys.objects WHERE schema_id = SCHEMA_ID(N'people'))
    AND NOT EXISTS (SELECT * FROM sys.types WHERE schema_id = SCHEMA_ID(N'people'))
    AND NOT EXISTS (SELECT * FROM sys.xml_schema_collections WHERE schema_id = SCHEMA_ID(N'people'))
    DROP SCHEMA people;
