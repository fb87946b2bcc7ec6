-- up

CREATE OR REPLACE VIEW popular AS
SELECT posts.id, posts.views
FROM posts
WHERE posts.views > 200;

-- down

CREATE OR REPLACE VIEW popular AS
SELECT posts.id
FROM posts
WHERE posts.views > 100;
