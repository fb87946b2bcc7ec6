-- up

ALTER TABLE posts MODIFY (price DECIMAL(8, 2));

-- down

ALTER TABLE posts MODIFY (price NUMERIC(8, 2));
