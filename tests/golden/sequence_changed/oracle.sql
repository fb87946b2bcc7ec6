-- up

ALTER SEQUENCE order_numbers INCREMENT BY 10;

-- down

ALTER SEQUENCE order_numbers INCREMENT BY 1;
