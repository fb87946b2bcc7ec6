-- up

COMMENT ON TABLE users IS 'who may log in';

-- down

COMMENT ON TABLE users IS 'people';
