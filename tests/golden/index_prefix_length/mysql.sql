-- up

ALTER TABLE posts DROP INDEX ix_posts_title;

CREATE INDEX ix_posts_title ON posts (title(20));

-- down

ALTER TABLE posts DROP INDEX ix_posts_title;

CREATE INDEX ix_posts_title ON posts (title(100));
