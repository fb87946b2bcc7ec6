-- up

-- refused: foreign key posts.fk_posts_author is ON UPDATE SET NULL, which Oracle does not have

-- down

ALTER TABLE posts DROP CONSTRAINT fk_posts_author;

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id);
