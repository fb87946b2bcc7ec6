-- up

CREATE SEQUENCE order_numbers;

ALTER TABLE orders ALTER COLUMN number SET DEFAULT nextval('order_numbers');

-- down

ALTER TABLE orders ALTER COLUMN number DROP DEFAULT;

DROP SEQUENCE order_numbers;
