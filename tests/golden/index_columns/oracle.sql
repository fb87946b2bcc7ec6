-- up

DROP INDEX ix_users;

CREATE INDEX ix_users ON users (last, first);

-- down

DROP INDEX ix_users;

CREATE INDEX ix_users ON users (last);
