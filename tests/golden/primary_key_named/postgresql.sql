-- up

ALTER TABLE tags RENAME CONSTRAINT tags_pkey TO pk_words;

-- down

ALTER TABLE tags RENAME CONSTRAINT pk_words TO tags_pkey;
