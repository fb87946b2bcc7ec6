-- up

ALTER TABLE posts DROP CONSTRAINT ck_state;

ALTER TABLE posts ADD CONSTRAINT ck_state CHECK (state IN ('draft', 'live', 'gone'));

-- down

ALTER TABLE posts DROP CONSTRAINT ck_state;

ALTER TABLE posts ADD CONSTRAINT ck_state CHECK (state IN ('draft', 'live'));
