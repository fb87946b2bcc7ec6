-- up

ALTER TABLE posts DROP CONSTRAINT fk_posts_author_id_users;

-- down

ALTER TABLE posts ADD CONSTRAINT fk_posts_author_id_users FOREIGN KEY(author_id) REFERENCES users (id);
