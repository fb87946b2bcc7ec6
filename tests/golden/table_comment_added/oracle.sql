-- up

COMMENT ON TABLE users IS 'who can''t log in';

-- down

COMMENT ON TABLE users IS '';
