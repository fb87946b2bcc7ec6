-- up

ALTER TABLE users MODIFY COLUMN email VARCHAR(80) COMMENT 'where to write to' DEFAULT 'none';

-- down

UPDATE users SET email = '' WHERE email IS NULL;

ALTER TABLE users MODIFY COLUMN email VARCHAR(80) NOT NULL COMMENT 'where to write to' DEFAULT 'none';
