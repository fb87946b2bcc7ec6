-- up

ALTER TABLE posts ADD token__new CHAR(32);

UPDATE posts SET token__new = token;

ALTER TABLE posts DROP COLUMN token;

ALTER TABLE posts RENAME COLUMN token__new TO token;

-- down

ALTER TABLE posts ADD token__new VARCHAR2(36 CHAR);

UPDATE posts SET token__new = token;

ALTER TABLE posts DROP COLUMN token;

ALTER TABLE posts RENAME COLUMN token__new TO token;
