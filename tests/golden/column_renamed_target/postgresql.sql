-- up

ALTER TABLE users RENAME COLUMN id TO user_id;

ALTER SEQUENCE IF EXISTS users_id_seq RENAME TO users_user_id_seq;

-- down

ALTER TABLE users RENAME COLUMN user_id TO id;

ALTER SEQUENCE IF EXISTS users_user_id_seq RENAME TO users_id_seq;
