-- up

DROP INDEX ix_users_fax;

ALTER TABLE users DROP COLUMN fax;

-- down

ALTER TABLE users ADD COLUMN fax VARCHAR(80);

CREATE INDEX ix_users_fax ON users (fax);
