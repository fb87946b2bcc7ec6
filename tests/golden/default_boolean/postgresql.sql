-- up

ALTER TABLE posts ALTER COLUMN live SET DEFAULT true;

-- down

ALTER TABLE posts ALTER COLUMN live SET DEFAULT false;
