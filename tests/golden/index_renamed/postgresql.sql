-- up

ALTER INDEX ix_email RENAME TO ix_users_email;

-- down

ALTER INDEX ix_users_email RENAME TO ix_email;
