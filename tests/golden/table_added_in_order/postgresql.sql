-- up

CREATE TABLE users (
    id SERIAL NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE posts (
    id SERIAL NOT NULL,
    author_id INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id)
);

CREATE TABLE comments (
    id SERIAL NOT NULL,
    post_id INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT fk_comments_post FOREIGN KEY(post_id) REFERENCES posts (id)
);

-- down

DROP TABLE comments;

DROP TABLE posts;

DROP TABLE users;
