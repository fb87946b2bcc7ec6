-- up

-- refused: computed column items.twice is to be stored, and Oracle only computes when it reads

-- down

ALTER TABLE items DROP COLUMN twice;
