-- up

UPDATE users SET email = '' WHERE email IS NULL;

ALTER TABLE users MODIFY COLUMN email VARCHAR(80) NOT NULL;

-- down

ALTER TABLE users MODIFY COLUMN email VARCHAR(80);
