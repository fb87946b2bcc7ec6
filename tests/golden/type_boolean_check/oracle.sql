-- up

ALTER TABLE posts ADD CONSTRAINT ck_posts_live CHECK (live IN (0, 1));

-- down

ALTER TABLE posts DROP CONSTRAINT ck_posts_live;
