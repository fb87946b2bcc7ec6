-- up

ALTER TABLE users RENAME COLUMN nick TO handle;

ALTER TABLE users MODIFY (handle VARCHAR2(80 CHAR));

-- down

ALTER TABLE users MODIFY (handle VARCHAR2(40 CHAR));

ALTER TABLE users RENAME COLUMN handle TO nick;
