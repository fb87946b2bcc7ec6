-- up

COMMENT ON COLUMN users.email IS NULL;

-- down

COMMENT ON COLUMN users.email IS 'where to write to';
