-- up

ALTER TABLE posts ADD author_id INTEGER;

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id);

CREATE INDEX ix_posts_author_id ON posts (author_id);

-- down

DROP INDEX ix_posts_author_id;

ALTER TABLE posts DROP CONSTRAINT fk_posts_author;

ALTER TABLE posts DROP COLUMN author_id;
