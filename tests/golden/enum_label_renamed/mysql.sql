-- up

ALTER TABLE posts MODIFY COLUMN state ENUM('draft','live','public') DEFAULT 'live';

UPDATE posts SET state = CASE state WHEN 'live' THEN 'public' ELSE state END WHERE state IN ('live');

ALTER TABLE posts MODIFY COLUMN state ENUM('draft','public') DEFAULT 'public';

-- down

ALTER TABLE posts MODIFY COLUMN state ENUM('draft','public','live') DEFAULT 'public';

UPDATE posts SET state = CASE state WHEN 'public' THEN 'live' ELSE state END WHERE state IN ('public');

ALTER TABLE posts MODIFY COLUMN state ENUM('draft','live') DEFAULT 'live';
