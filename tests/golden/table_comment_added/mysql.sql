-- up

ALTER TABLE users COMMENT 'who can''t log in';

-- down

ALTER TABLE users COMMENT '';
