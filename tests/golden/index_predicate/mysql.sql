-- up

ALTER TABLE posts DROP INDEX ix_posts_views;

CREATE INDEX ix_posts_views ON posts (views);

-- down

ALTER TABLE posts DROP INDEX ix_posts_views;

CREATE INDEX ix_posts_views ON posts (views);
