-- up

DROP INDEX ix_posts_author_id;

-- down

CREATE INDEX ix_posts_author_id ON posts (author_id);
