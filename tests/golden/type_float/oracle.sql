-- up

ALTER TABLE posts ADD rank__new DOUBLE PRECISION;

UPDATE posts SET rank__new = rank;

ALTER TABLE posts DROP COLUMN rank;

ALTER TABLE posts RENAME COLUMN rank__new TO rank;

-- down

ALTER TABLE posts ADD rank__new REAL;

UPDATE posts SET rank__new = rank;

ALTER TABLE posts DROP COLUMN rank;

ALTER TABLE posts RENAME COLUMN rank__new TO rank;
