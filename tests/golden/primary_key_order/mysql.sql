-- up

ALTER TABLE tags DROP PRIMARY KEY;

ALTER TABLE tags ADD CONSTRAINT pk_tags PRIMARY KEY (language, word);

-- down

ALTER TABLE tags DROP PRIMARY KEY;

ALTER TABLE tags ADD CONSTRAINT pk_tags PRIMARY KEY (word, language);
