-- up

ALTER TABLE items DROP CHECK ck_price, ADD CONSTRAINT ck_items_price CHECK (price > 0);

-- down

ALTER TABLE items DROP CHECK ck_items_price, ADD CONSTRAINT ck_price CHECK (price > 0);
