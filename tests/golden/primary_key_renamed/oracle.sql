-- up

ALTER TABLE tags RENAME CONSTRAINT pk_words TO pk_tags;

-- down

ALTER TABLE tags RENAME CONSTRAINT pk_tags TO pk_words;
