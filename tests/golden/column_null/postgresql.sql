-- up

ALTER TABLE users ALTER COLUMN email DROP NOT NULL;

-- down

UPDATE users SET email = '' WHERE email IS NULL;

ALTER TABLE users ALTER COLUMN email SET NOT NULL;
