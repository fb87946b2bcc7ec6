-- up

ALTER TYPE state RENAME TO state__old;

CREATE TYPE state AS ENUM ('live', 'draft');

ALTER TABLE posts ALTER COLUMN state TYPE state USING state::text::state;

DROP TYPE state__old;

-- down

ALTER TYPE state RENAME TO state__old;

CREATE TYPE state AS ENUM ('draft', 'live');

ALTER TABLE posts ALTER COLUMN state TYPE state USING state::text::state;

DROP TYPE state__old;
