-- up

ALTER TABLE users ADD CONSTRAINT unique_users_email UNIQUE (email);

-- down

ALTER TABLE users DROP CONSTRAINT unique_users_email;
