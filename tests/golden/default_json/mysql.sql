-- up

ALTER TABLE posts MODIFY COLUMN data JSON DEFAULT ('{"a": [1, null]}');

-- down

ALTER TABLE posts MODIFY COLUMN data JSON DEFAULT ('{}');
