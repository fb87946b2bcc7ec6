-- up

ALTER TABLE posts MODIFY (data DEFAULT '{"a": [1, null]}');

-- down

ALTER TABLE posts MODIFY (data DEFAULT '{}');
