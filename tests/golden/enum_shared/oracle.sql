-- up

ALTER TABLE pages ADD state VARCHAR(5 CHAR);

ALTER TABLE posts ADD state VARCHAR(5 CHAR);

-- down

ALTER TABLE posts DROP COLUMN state;

ALTER TABLE pages DROP COLUMN state;
