-- up

ALTER TABLE users COMMENT 'who may log in';

-- down

ALTER TABLE users COMMENT 'people';
