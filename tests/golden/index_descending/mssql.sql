-- up

DROP INDEX ix_posts_views ON posts;

CREATE INDEX ix_posts_views ON posts (views DESC);

-- down

DROP INDEX ix_posts_views ON posts;

CREATE INDEX ix_posts_views ON posts (views);
