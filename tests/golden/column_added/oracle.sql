-- up

ALTER TABLE users ADD email VARCHAR2(80 CHAR);

-- down

ALTER TABLE users DROP COLUMN email;
