-- up

ALTER TABLE users DROP CONSTRAINT uq_users_email;

CREATE UNIQUE INDEX uq_users_email ON users (email);

-- down

DROP INDEX uq_users_email ON users;

ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE (email);
