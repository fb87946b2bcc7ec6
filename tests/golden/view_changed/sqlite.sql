-- up

DROP VIEW popular;

CREATE VIEW popular AS
SELECT posts.id, posts.views
FROM posts
WHERE posts.views > 200;

-- down

DROP VIEW popular;

CREATE VIEW popular AS
SELECT posts.id
FROM posts
WHERE posts.views > 100;
