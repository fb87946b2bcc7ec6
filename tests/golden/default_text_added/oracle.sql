-- up

ALTER TABLE posts MODIFY (mood DEFAULT 'fine');

-- down

ALTER TABLE posts MODIFY (mood DEFAULT NULL);
