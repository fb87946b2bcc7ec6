-- up

-- refused: index ix_posts_views of table posts is over an expression, which SQL Server cannot do

-- down

DROP INDEX ix_posts_views ON posts;

CREATE INDEX ix_posts_views ON posts (views DESC);
