-- up

-- Views step aside for the change. What people gave them by hand (owner, grants, comments) is lost, and a view
-- that the migrations do not know stops this script: migrate with a live connection, which keeps both.
DROP VIEW popular;

ALTER TABLE posts ALTER COLUMN views TYPE BIGINT;

CREATE VIEW popular AS
SELECT posts.id
FROM posts
WHERE posts.views > 100;

-- down

-- Views step aside for the change. What people gave them by hand (owner, grants, comments) is lost, and a view
-- that the migrations do not know stops this script: migrate with a live connection, which keeps both.
DROP VIEW popular;

ALTER TABLE posts ALTER COLUMN views TYPE INTEGER;

CREATE VIEW popular AS
SELECT posts.id
FROM posts
WHERE posts.views > 100;
