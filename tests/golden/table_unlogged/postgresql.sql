-- up

ALTER TABLE sessions SET UNLOGGED;

-- down

ALTER TABLE sessions SET LOGGED;
