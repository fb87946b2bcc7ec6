-- up

ALTER TABLE users DROP INDEX uq_users_email;

CREATE UNIQUE INDEX uq_users_email ON users (email);

-- down

ALTER TABLE users DROP INDEX uq_users_email;

ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE (email);
