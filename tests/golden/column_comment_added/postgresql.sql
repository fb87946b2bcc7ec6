-- up

COMMENT ON COLUMN users.email IS '100% where to write to';

-- down

COMMENT ON COLUMN users.email IS NULL;
