-- up

ALTER TABLE posts ADD mood__new VARCHAR2(20 CHAR);

UPDATE posts SET mood__new = mood;

ALTER TABLE posts DROP COLUMN mood;

ALTER TABLE posts RENAME COLUMN mood__new TO mood;

ALTER TABLE posts MODIFY (mood DEFAULT 'fine' NOT NULL);

-- down

ALTER TABLE posts ADD mood__new INTEGER;

UPDATE posts SET mood__new = mood;

ALTER TABLE posts DROP COLUMN mood;

ALTER TABLE posts RENAME COLUMN mood__new TO mood;

ALTER TABLE posts MODIFY (mood DEFAULT '0' NOT NULL);
