-- up

ALTER TABLE items DROP CONSTRAINT ck_items_price;

ALTER TABLE items ADD CONSTRAINT ck_items_price CHECK (price > 0);

-- down

ALTER TABLE items DROP CONSTRAINT ck_items_price;

ALTER TABLE items ADD CONSTRAINT ck_items_price CHECK (price > 0);
