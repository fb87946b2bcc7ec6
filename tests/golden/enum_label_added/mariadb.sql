-- up

ALTER TABLE posts MODIFY COLUMN state ENUM('draft','review','live');

-- down

ALTER TABLE posts MODIFY COLUMN state ENUM('draft','live');
