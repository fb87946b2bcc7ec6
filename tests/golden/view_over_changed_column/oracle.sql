-- up

ALTER TABLE posts ADD views__new NUMBER(19);

UPDATE posts SET views__new = views;

ALTER TABLE posts DROP COLUMN views;

ALTER TABLE posts RENAME COLUMN views__new TO views;

-- down

ALTER TABLE posts MODIFY (views INTEGER);
