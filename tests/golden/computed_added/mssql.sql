-- up

ALTER TABLE items ADD twice AS (price * 2) PERSISTED;

-- down

ALTER TABLE items DROP COLUMN twice;
