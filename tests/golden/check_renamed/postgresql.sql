-- up

ALTER TABLE items RENAME CONSTRAINT ck_price TO ck_items_price;

-- down

ALTER TABLE items RENAME CONSTRAINT ck_items_price TO ck_price;
