-- up

ALTER TABLE posts ALTER COLUMN mood SET DEFAULT '100% fine';

-- down

ALTER TABLE posts ALTER COLUMN mood SET DEFAULT 'fine';
