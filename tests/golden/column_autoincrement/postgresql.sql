-- up

ALTER TABLE users ALTER COLUMN id DROP DEFAULT;

DROP SEQUENCE users_id_seq;

-- down

CREATE SEQUENCE users_id_seq AS INTEGER OWNED BY users.id;

ALTER TABLE users ALTER COLUMN id SET DEFAULT nextval('users_id_seq');

SELECT setval(pg_get_serial_sequence('users', 'id'), max(id)) FROM users HAVING max(id) >= 1;
