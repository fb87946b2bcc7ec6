-- up

CREATE SCHEMA IF NOT EXISTS people;

-- down

SET @minimig = IF((SELECT count(*) FROM information_schema.tables WHERE table_schema = 'people')
    + (SELECT count(*) FROM information_schema.routines WHERE routine_schema = 'people')
    + (SELECT count(*) FROM information_schema.events WHERE event_schema = 'people')
    + ('people' = coalesce(database(), '')) = 0, 'DROP SCHEMA IF EXISTS people', 'DO 0');

PREPARE minimig FROM @minimig;

EXECUTE minimig;

DEALLOCATE PREPARE minimig;
