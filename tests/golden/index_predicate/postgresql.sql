-- up

DROP INDEX ix_posts_views;

CREATE INDEX ix_posts_views ON posts (views) WHERE views > 9;

-- down

DROP INDEX ix_posts_views;

CREATE INDEX ix_posts_views ON posts (views) WHERE views > 0;
