-- up

ALTER TABLE posts ADD COLUMN author_id INTEGER;

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id);

CREATE INDEX ix_posts_author_id ON posts (author_id);

ALTER TABLE posts DROP INDEX IF EXISTS fk_posts_author;

-- down

ALTER TABLE posts ADD INDEX fk_posts_author (author_id), DROP INDEX ix_posts_author_id;

ALTER TABLE posts DROP FOREIGN KEY fk_posts_author, DROP INDEX fk_posts_author;

ALTER TABLE posts DROP COLUMN author_id;
