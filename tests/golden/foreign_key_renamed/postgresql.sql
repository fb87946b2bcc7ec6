-- up

ALTER TABLE posts RENAME CONSTRAINT fk_author TO fk_posts_author;

-- down

ALTER TABLE posts RENAME CONSTRAINT fk_posts_author TO fk_author;
