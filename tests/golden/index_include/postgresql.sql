-- up

DROP INDEX ix_posts_slug;

CREATE INDEX ix_posts_slug ON posts (slug) INCLUDE (title);

-- down

DROP INDEX ix_posts_slug;

CREATE INDEX ix_posts_slug ON posts (slug);
