-- up

ALTER TABLE users MODIFY (email NULL);

-- down

ALTER TABLE users MODIFY (email NOT NULL);
