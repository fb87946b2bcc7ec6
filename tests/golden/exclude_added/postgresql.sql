-- up

ALTER TABLE stays ADD CONSTRAINT ex_stays EXCLUDE USING gist (days WITH &&);

-- down

ALTER TABLE stays DROP CONSTRAINT ex_stays;
