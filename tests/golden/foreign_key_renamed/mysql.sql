-- up

ALTER TABLE posts DROP FOREIGN KEY fk_author, RENAME INDEX fk_author TO fk_posts_author;

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id);

-- down

ALTER TABLE posts DROP FOREIGN KEY fk_posts_author, RENAME INDEX fk_posts_author TO fk_author;

ALTER TABLE posts ADD CONSTRAINT fk_author FOREIGN KEY(author_id) REFERENCES users (id);
