-- up

DROP SEQUENCE order_numbers;

-- down

CREATE SEQUENCE order_numbers;
