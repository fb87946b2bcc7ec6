-- up

ALTER TABLE users RENAME COLUMN id TO user_id;

-- down

ALTER TABLE users RENAME COLUMN user_id TO id;
