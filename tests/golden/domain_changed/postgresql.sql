-- up

ALTER DOMAIN email DROP CONSTRAINT IF EXISTS email_check;

ALTER DOMAIN email ADD CHECK (value LIKE '%@%');

-- down

ALTER DOMAIN email DROP CONSTRAINT IF EXISTS email_check;
