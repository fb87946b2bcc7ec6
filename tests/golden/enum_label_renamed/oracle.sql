-- up

ALTER TABLE posts MODIFY (state VARCHAR(6 CHAR));

UPDATE posts SET state = CASE state WHEN 'live' THEN 'public' ELSE state END WHERE state IN ('live');

ALTER TABLE posts MODIFY (state DEFAULT 'public');

-- down

UPDATE posts SET state = CASE state WHEN 'public' THEN 'live' ELSE state END WHERE state IN ('public');

ALTER TABLE posts MODIFY (state VARCHAR(5 CHAR) DEFAULT 'live');
