-- up

ALTER TABLE posts MODIFY (mood DEFAULT 'it''s "fine"');

-- down

ALTER TABLE posts MODIFY (mood DEFAULT 'fine');
