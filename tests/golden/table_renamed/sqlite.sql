-- up

ALTER TABLE users RENAME TO accounts;

DROP INDEX ix_users_email;

CREATE INDEX ix_accounts_email ON accounts (email);

-- down

DROP INDEX ix_accounts_email;

CREATE INDEX ix_users_email ON accounts (email);

ALTER TABLE accounts RENAME TO users;
