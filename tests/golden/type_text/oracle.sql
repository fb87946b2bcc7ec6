-- up

ALTER TABLE posts ADD body__new CLOB;

UPDATE posts SET body__new = body;

ALTER TABLE posts DROP COLUMN body;

ALTER TABLE posts RENAME COLUMN body__new TO body;

-- down

ALTER TABLE posts ADD body__new VARCHAR2(200 CHAR);

UPDATE posts SET body__new = body;

ALTER TABLE posts DROP COLUMN body;

ALTER TABLE posts RENAME COLUMN body__new TO body;
