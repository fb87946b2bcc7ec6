-- up

COMMENT ON TABLE users IS '';

-- down

COMMENT ON TABLE users IS 'people';
