-- up

CREATE SEQUENCE order_numbers;

ALTER TABLE orders MODIFY ("number" DEFAULT order_numbers.nextval);

-- down

ALTER TABLE orders MODIFY ("number" DEFAULT NULL);

DROP SEQUENCE order_numbers;
