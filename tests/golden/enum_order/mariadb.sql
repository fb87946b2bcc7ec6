-- up

ALTER TABLE posts MODIFY COLUMN state ENUM('live','draft');

-- down

ALTER TABLE posts MODIFY COLUMN state ENUM('draft','live');
