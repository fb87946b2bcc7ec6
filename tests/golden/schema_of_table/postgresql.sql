-- up

CREATE SCHEMA IF NOT EXISTS people;

CREATE TABLE people.users (
    id SERIAL NOT NULL,
    PRIMARY KEY (id)
);

-- down

DROP TABLE people.users;

DO $minimig$
BEGIN
    IF EXISTS (
        SELECT FROM pg_namespace n
        WHERE nspname = 'people' AND nspname <> 'public' AND nspname IS DISTINCT FROM current_schema()
        AND pg_has_role(nspowner, 'USAGE')
        AND NOT EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass AND refobjid = n.oid)
        AND NOT EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = n.oid AND deptype = 'e'
        )
    ) THEN
        DROP SCHEMA people;
    END IF;
END $minimig$;
