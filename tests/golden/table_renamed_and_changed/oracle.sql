-- up

ALTER TABLE users RENAME TO accounts;

ALTER TABLE accounts ADD born DATE;

ALTER TABLE accounts MODIFY (email VARCHAR2(200 CHAR));

-- down

ALTER TABLE accounts MODIFY (email VARCHAR2(80 CHAR));

ALTER TABLE accounts DROP COLUMN born;

ALTER TABLE accounts RENAME TO users;
