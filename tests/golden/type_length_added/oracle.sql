-- up

ALTER TABLE posts ADD title__new VARCHAR2(80 CHAR);

UPDATE posts SET title__new = title;

ALTER TABLE posts DROP COLUMN title;

ALTER TABLE posts RENAME COLUMN title__new TO title;

-- down

ALTER TABLE posts ADD title__new VARCHAR2;

UPDATE posts SET title__new = title;

ALTER TABLE posts DROP COLUMN title;

ALTER TABLE posts RENAME COLUMN title__new TO title;
