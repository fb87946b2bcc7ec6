-- up

ALTER TABLE tags DROP CONSTRAINT tags_pkey;

ALTER TABLE tags ADD PRIMARY KEY (word, language);

-- down

ALTER TABLE tags DROP CONSTRAINT tags_pkey;

ALTER TABLE tags ADD PRIMARY KEY (word);
