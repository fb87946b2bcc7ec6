-- up

ALTER TABLE posts MODIFY (views DEFAULT -1);

-- down

ALTER TABLE posts MODIFY (views DEFAULT '0');
