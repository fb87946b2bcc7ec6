-- up

CREATE TYPE state AS ENUM ('draft', 'live');

ALTER TABLE posts ALTER COLUMN state TYPE state USING state::state;

-- down

ALTER TABLE posts ALTER COLUMN state TYPE VARCHAR(20);

DROP TYPE state;
