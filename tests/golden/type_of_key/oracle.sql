-- up

ALTER TABLE posts DROP CONSTRAINT fk_posts_author;

ALTER TABLE posts ADD author_id__new NUMBER(19);

UPDATE posts SET author_id__new = author_id;

ALTER TABLE posts DROP COLUMN author_id;

ALTER TABLE posts RENAME COLUMN author_id__new TO author_id;

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id);

ALTER TABLE posts DROP CONSTRAINT fk_posts_author;

ALTER TABLE users DROP PRIMARY KEY;

ALTER TABLE users ADD id__new NUMBER(19);

UPDATE users SET id__new = id;

ALTER TABLE users DROP COLUMN id;

ALTER TABLE users RENAME COLUMN id__new TO id;

ALTER TABLE users MODIFY (id NOT NULL);

ALTER TABLE users ADD PRIMARY KEY (id);

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id);

-- down

ALTER TABLE users MODIFY (id INTEGER);

ALTER TABLE posts MODIFY (author_id INTEGER);
