-- up

ALTER TABLE posts MODIFY COLUMN `rank` DOUBLE;

-- down

ALTER TABLE posts MODIFY COLUMN `rank` REAL;
