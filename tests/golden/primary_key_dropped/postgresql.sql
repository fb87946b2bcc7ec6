-- up

ALTER TABLE logs DROP CONSTRAINT logs_pkey;

-- down

ALTER TABLE logs ADD PRIMARY KEY (line);
