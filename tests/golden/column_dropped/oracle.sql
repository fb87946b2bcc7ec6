-- up

DROP INDEX ix_users_fax;

ALTER TABLE users DROP COLUMN fax;

-- down

ALTER TABLE users ADD fax VARCHAR2(80 CHAR);

CREATE INDEX ix_users_fax ON users (fax);
