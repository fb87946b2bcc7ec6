-- up

ALTER TABLE users ADD PRIMARY KEY (email);

-- down

ALTER TABLE users DROP CONSTRAINT users_pkey;
