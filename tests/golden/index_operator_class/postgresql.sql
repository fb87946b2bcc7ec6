-- up

DROP INDEX ix_posts_slug;

CREATE INDEX ix_posts_slug ON posts (slug varchar_pattern_ops);

-- down

DROP INDEX ix_posts_slug;

CREATE INDEX ix_posts_slug ON posts (slug);
