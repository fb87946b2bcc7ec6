-- up

CREATE COLLATION plain (LOCALE = 'C');

-- down

DROP COLLATION plain;
