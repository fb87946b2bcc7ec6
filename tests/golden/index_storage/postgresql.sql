-- up

DROP INDEX ix_posts_slug;

CREATE INDEX ix_posts_slug ON posts (slug) WITH (fillfactor = 50);

-- down

DROP INDEX ix_posts_slug;

CREATE INDEX ix_posts_slug ON posts (slug);
