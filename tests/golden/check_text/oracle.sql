-- up

ALTER TABLE items DROP CONSTRAINT ck_items_price;

ALTER TABLE items ADD CONSTRAINT ck_items_price CHECK (price BETWEEN 1 AND 100);

-- down

ALTER TABLE items DROP CONSTRAINT ck_items_price;

ALTER TABLE items ADD CONSTRAINT ck_items_price CHECK (price > 0);
