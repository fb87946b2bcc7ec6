-- up

DROP INDEX ix_posts_slug;

CREATE UNIQUE INDEX ix_posts_slug ON posts (slug) NULLS NOT DISTINCT;

-- down

DROP INDEX ix_posts_slug;

CREATE UNIQUE INDEX ix_posts_slug ON posts (slug);
