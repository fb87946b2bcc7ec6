-- up

DROP INDEX ix_posts_views;

CREATE INDEX ix_posts_views ON posts (views DESC);

-- down

DROP INDEX ix_posts_views;

CREATE INDEX ix_posts_views ON posts (views);
