-- up

ALTER TABLE posts MODIFY (live SMALLINT);

-- down

ALTER TABLE posts MODIFY (live INTEGER);
