-- up

ALTER TABLE posts DROP CONSTRAINT fk_posts_author;

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id) ON DELETE NO ACTION;

-- down

ALTER TABLE posts DROP CONSTRAINT fk_posts_author;

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id);
