-- up

CREATE SEQUENCE order_numbers START WITH 1000;

-- down

DROP SEQUENCE order_numbers;
