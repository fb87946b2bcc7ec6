-- up

ALTER TABLE users MODIFY (email NULL);

-- down

-- refused: rows of users cannot get '' for email: to Oracle that is NULL, and the column is NOT NULL
