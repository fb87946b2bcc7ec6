-- up

ALTER TABLE items DROP CONSTRAINT ck_items_price_89b8;

-- down

ALTER TABLE items ADD CONSTRAINT ck_items_price_89b8 CHECK (price > 0);
