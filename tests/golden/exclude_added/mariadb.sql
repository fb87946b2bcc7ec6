-- up

-- refused: table stays has an EXCLUDE constraint, ex_stays, which only PostgreSQL can do

-- down

ALTER TABLE stays DROP CONSTRAINT ex_stays;
