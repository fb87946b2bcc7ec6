-- up

DROP INDEX ix_posts_author_id ON posts;

-- down

CREATE INDEX ix_posts_author_id ON posts (author_id);
