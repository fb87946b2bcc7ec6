-- up

DROP VIEW popular;

-- down

CREATE VIEW popular AS
SELECT posts.id
FROM posts
WHERE posts.views > 100;
