-- up

ALTER TABLE posts ADD INDEX fk_posts_author (author_id), DROP INDEX ix_posts_author_id;

-- down

CREATE INDEX ix_posts_author_id ON posts (author_id);
