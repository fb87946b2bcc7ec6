-- up

ALTER TABLE posts ADD views__new INTEGER;

UPDATE posts SET views__new = views;

ALTER TABLE posts DROP COLUMN views;

ALTER TABLE posts RENAME COLUMN views__new TO views;

-- down

ALTER TABLE posts ADD views__new VARCHAR2(20 CHAR);

UPDATE posts SET views__new = views;

ALTER TABLE posts DROP COLUMN views;

ALTER TABLE posts RENAME COLUMN views__new TO views;
