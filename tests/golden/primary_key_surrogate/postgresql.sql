-- up

ALTER TABLE users DROP CONSTRAINT users_pkey;

ALTER TABLE users ADD COLUMN id SERIAL NOT NULL;

ALTER TABLE users ALTER COLUMN id DROP DEFAULT;

DROP SEQUENCE users_id_seq;

ALTER TABLE users ADD PRIMARY KEY (id);

CREATE SEQUENCE users_id_seq AS INTEGER OWNED BY users.id;

ALTER TABLE users ALTER COLUMN id SET DEFAULT nextval('users_id_seq');

SELECT setval(pg_get_serial_sequence('users', 'id'), max(id)) FROM users HAVING max(id) >= 1;

ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE (email);

-- down

ALTER TABLE users DROP CONSTRAINT uq_users_email;

ALTER TABLE users ALTER COLUMN id DROP DEFAULT;

DROP SEQUENCE users_id_seq;

ALTER TABLE users DROP CONSTRAINT users_pkey;

ALTER TABLE users DROP COLUMN id;

ALTER TABLE users ADD PRIMARY KEY (email);
