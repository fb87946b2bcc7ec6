-- up

CREATE TYPE state AS ENUM ('draft', 'live');

ALTER TABLE pages ADD COLUMN state state;

ALTER TABLE posts ADD COLUMN state state;

-- down

ALTER TABLE posts DROP COLUMN state;

ALTER TABLE pages DROP COLUMN state;

DROP TYPE state;
