-- up

ALTER TABLE posts MODIFY (live DEFAULT 1);

-- down

ALTER TABLE posts MODIFY (live DEFAULT 0);
