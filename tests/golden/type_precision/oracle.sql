-- up

ALTER TABLE posts MODIFY (price NUMERIC(10, 4));

-- down

ALTER TABLE posts ADD price__new NUMERIC(8, 2);

UPDATE posts SET price__new = price;

ALTER TABLE posts DROP COLUMN price;

ALTER TABLE posts RENAME COLUMN price__new TO price;
