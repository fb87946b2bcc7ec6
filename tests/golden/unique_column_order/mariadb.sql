-- up

ALTER TABLE tags DROP INDEX uq_tags;

ALTER TABLE tags ADD CONSTRAINT uq_tags UNIQUE (language, word);

-- down

ALTER TABLE tags DROP INDEX uq_tags;

ALTER TABLE tags ADD CONSTRAINT uq_tags UNIQUE (word, language);
