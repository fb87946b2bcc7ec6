-- up

ALTER TABLE pages ADD COLUMN state ENUM('draft','live');

ALTER TABLE posts ADD COLUMN state ENUM('draft','live');

-- down

ALTER TABLE posts DROP COLUMN state;

ALTER TABLE pages DROP COLUMN state;
