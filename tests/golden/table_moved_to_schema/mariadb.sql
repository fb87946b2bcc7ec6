-- up

CREATE SCHEMA IF NOT EXISTS people;

CREATE TABLE people.users (
    id INTEGER NOT NULL AUTO_INCREMENT,
    email VARCHAR(80),
    PRIMARY KEY (id)
);

DROP TABLE users;

-- down

CREATE TABLE users (
    id INTEGER NOT NULL AUTO_INCREMENT,
    email VARCHAR(80),
    PRIMARY KEY (id)
);

DROP TABLE people.users;

SET @minimig = IF((SELECT count(*) FROM information_schema.tables WHERE table_schema = 'people')
    + (SELECT count(*) FROM information_schema.routines WHERE routine_schema = 'people')
    + (SELECT count(*) FROM information_schema.events WHERE event_schema = 'people')
    + ('people' = coalesce(database(), '')) = 0, 'DROP SCHEMA IF EXISTS people', 'DO 0');

PREPARE minimig FROM @minimig;

EXECUTE minimig;

DEALLOCATE PREPARE minimig;
