-- up

ALTER TABLE users COMMENT '';

-- down

ALTER TABLE users COMMENT 'people';
