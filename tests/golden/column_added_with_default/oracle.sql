-- up

ALTER TABLE users ADD logins INTEGER DEFAULT '0' NOT NULL;

-- down

ALTER TABLE users DROP COLUMN logins;
