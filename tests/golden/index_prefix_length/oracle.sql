-- up

DROP INDEX ix_posts_title;

CREATE INDEX ix_posts_title ON posts (title);

-- down

DROP INDEX ix_posts_title;

CREATE INDEX ix_posts_title ON posts (title);
