-- up

ALTER TABLE posts MODIFY COLUMN mood VARCHAR(20) DEFAULT 'it''s "fine"';

-- down

ALTER TABLE posts MODIFY COLUMN mood VARCHAR(20) DEFAULT 'fine';
