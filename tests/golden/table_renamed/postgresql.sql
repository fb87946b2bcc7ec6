-- up

ALTER TABLE users RENAME TO accounts;

ALTER INDEX IF EXISTS users_pkey RENAME TO accounts_pkey;

ALTER SEQUENCE IF EXISTS users_id_seq RENAME TO accounts_id_seq;

ALTER INDEX ix_users_email RENAME TO ix_accounts_email;

-- down

ALTER INDEX ix_accounts_email RENAME TO ix_users_email;

ALTER TABLE accounts RENAME TO users;

ALTER INDEX IF EXISTS accounts_pkey RENAME TO users_pkey;

ALTER SEQUENCE IF EXISTS accounts_id_seq RENAME TO users_id_seq;
