-- up

ALTER TABLE posts ALTER COLUMN data SET DEFAULT '{"a": [1, null]}';

-- down

ALTER TABLE posts ALTER COLUMN data SET DEFAULT '{}';
