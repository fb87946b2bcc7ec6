-- up

ALTER TABLE posts MODIFY (mood DEFAULT '100% fine');

-- down

ALTER TABLE posts MODIFY (mood DEFAULT 'fine');
