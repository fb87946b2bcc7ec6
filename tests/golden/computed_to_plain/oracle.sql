-- up

ALTER TABLE items DROP COLUMN twice;

ALTER TABLE items ADD twice INTEGER;

-- down

-- refused: computed column items.twice is to be stored, and Oracle only computes when it reads
