-- up

CREATE VIEW popular AS
SELECT posts.id
FROM posts
WHERE posts.views > 100;

-- down

DROP VIEW popular;
