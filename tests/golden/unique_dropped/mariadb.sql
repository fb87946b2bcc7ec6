-- up

ALTER TABLE users DROP INDEX uq_users_email;

-- down

ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE (email);
