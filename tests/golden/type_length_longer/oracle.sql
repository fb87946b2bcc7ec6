-- up

ALTER TABLE posts MODIFY (title VARCHAR2(200 CHAR));

-- down

ALTER TABLE posts MODIFY (title VARCHAR2(80 CHAR));
