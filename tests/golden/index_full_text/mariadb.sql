-- up

ALTER TABLE posts DROP INDEX ix_posts_title;

CREATE FULLTEXT INDEX ix_posts_title ON posts (title);

-- down

ALTER TABLE posts DROP INDEX ix_posts_title;

CREATE INDEX ix_posts_title ON posts (title);
