-- up

ALTER TABLE posts MODIFY (state VARCHAR(5 CHAR));

-- down

ALTER TABLE posts MODIFY (state VARCHAR(6 CHAR));
