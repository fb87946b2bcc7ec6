-- up

ALTER TABLE posts DROP FOREIGN KEY fk_posts_author, DROP INDEX fk_posts_author;

-- down

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id);
