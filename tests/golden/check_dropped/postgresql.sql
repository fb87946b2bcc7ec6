-- up

ALTER TABLE items DROP CONSTRAINT ck_items_price;

-- down

ALTER TABLE items ADD CONSTRAINT ck_items_price CHECK (price > 0);
