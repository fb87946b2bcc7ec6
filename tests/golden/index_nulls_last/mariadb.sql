-- up

-- refused: index ix_posts_views of table posts is over an expression, which MariaDB cannot do

-- down

ALTER TABLE posts DROP INDEX ix_posts_views;

CREATE INDEX ix_posts_views ON posts (views DESC);
