-- up

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES people.users (id);

-- down

ALTER TABLE posts DROP FOREIGN KEY fk_posts_author, DROP INDEX fk_posts_author;
