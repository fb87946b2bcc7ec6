-- up

ALTER TABLE users RENAME TO accounts;

ALTER TABLE accounts RENAME INDEX ix_users_email TO ix_accounts_email;

-- down

ALTER TABLE accounts RENAME INDEX ix_accounts_email TO ix_users_email;

ALTER TABLE accounts RENAME TO users;
