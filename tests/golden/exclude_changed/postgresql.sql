-- up

ALTER TABLE stays DROP CONSTRAINT ex_stays;

ALTER TABLE stays ADD CONSTRAINT ex_stays EXCLUDE USING gist (days WITH &&) WHERE (id > 0);

-- down

ALTER TABLE stays DROP CONSTRAINT ex_stays;

ALTER TABLE stays ADD CONSTRAINT ex_stays EXCLUDE USING gist (days WITH &&);
