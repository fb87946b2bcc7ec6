-- up

COMMENT ON COLUMN users.email IS '';

-- down

COMMENT ON COLUMN users.email IS 'where to write to';
