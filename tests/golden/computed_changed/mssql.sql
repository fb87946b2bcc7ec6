-- up

ALTER TABLE items DROP COLUMN twice;

ALTER TABLE items ADD twice AS (price + price + 1) PERSISTED;

-- down

ALTER TABLE items DROP COLUMN twice;

ALTER TABLE items ADD twice AS (price * 2) PERSISTED;
