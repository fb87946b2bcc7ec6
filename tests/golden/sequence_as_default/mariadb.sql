-- up

CREATE SEQUENCE order_numbers;

ALTER TABLE orders MODIFY COLUMN number INTEGER DEFAULT (nextval(order_numbers));

-- down

ALTER TABLE orders MODIFY COLUMN number INTEGER;

DROP SEQUENCE order_numbers;
