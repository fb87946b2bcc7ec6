-- up

ALTER TABLE posts MODIFY (mood DEFAULT '');

-- down

ALTER TABLE posts MODIFY (mood DEFAULT NULL);
