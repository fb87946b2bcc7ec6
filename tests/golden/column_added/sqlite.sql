-- up

ALTER TABLE users ADD COLUMN email VARCHAR(80);

-- down

ALTER TABLE users DROP COLUMN email;
