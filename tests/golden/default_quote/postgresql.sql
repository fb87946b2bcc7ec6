-- up

ALTER TABLE posts ALTER COLUMN mood SET DEFAULT 'it''s "fine"';

-- down

ALTER TABLE posts ALTER COLUMN mood SET DEFAULT 'fine';
