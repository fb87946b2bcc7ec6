-- up

ALTER TABLE users RENAME INDEX ix_email TO ix_users_email;

-- down

ALTER TABLE users RENAME INDEX ix_users_email TO ix_email;
