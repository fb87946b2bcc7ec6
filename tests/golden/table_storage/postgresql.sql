-- up

ALTER TABLE counters SET (fillfactor = 70);

-- down

ALTER TABLE counters RESET (fillfactor);
