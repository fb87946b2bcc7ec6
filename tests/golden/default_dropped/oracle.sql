-- up

ALTER TABLE posts MODIFY (mood DEFAULT NULL);

-- down

ALTER TABLE posts MODIFY (mood DEFAULT 'fine');
