-- up

ALTER TABLE users RENAME TO accounts;

ALTER INDEX IF EXISTS users_pkey RENAME TO accounts_pkey;

ALTER SEQUENCE IF EXISTS users_id_seq RENAME TO accounts_id_seq;

ALTER TABLE accounts ADD COLUMN born DATE;

ALTER TABLE accounts ALTER COLUMN email TYPE VARCHAR(200);

-- down

ALTER TABLE accounts ALTER COLUMN email TYPE VARCHAR(80);

ALTER TABLE accounts DROP COLUMN born;

ALTER TABLE accounts RENAME TO users;

ALTER INDEX IF EXISTS accounts_pkey RENAME TO users_pkey;

ALTER SEQUENCE IF EXISTS accounts_id_seq RENAME TO users_id_seq;
