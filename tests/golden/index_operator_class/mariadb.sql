-- up

ALTER TABLE posts DROP INDEX ix_posts_slug;

CREATE INDEX ix_posts_slug ON posts (slug);

-- down

ALTER TABLE posts DROP INDEX ix_posts_slug;

CREATE INDEX ix_posts_slug ON posts (slug);
