-- up

ALTER TABLE posts MODIFY (state VARCHAR(9 CHAR));

-- down

ALTER TABLE posts MODIFY (state VARCHAR(5 CHAR));
