-- up

DROP INDEX ix_posts_slug ON posts;

CREATE INDEX ix_posts_slug ON posts (slug);

-- down

DROP INDEX ix_posts_slug ON posts;

CREATE INDEX ix_posts_slug ON posts (slug);
