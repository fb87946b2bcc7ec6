-- up

CREATE INDEX CONCURRENTLY ix_posts_slug ON posts (slug);

-- down

DROP INDEX CONCURRENTLY ix_posts_slug;
