-- up

ALTER TABLE users RENAME TO accounts;

ALTER INDEX ix_users_email RENAME TO ix_accounts_email;

-- down

ALTER INDEX ix_accounts_email RENAME TO ix_users_email;

ALTER TABLE accounts RENAME TO users;
