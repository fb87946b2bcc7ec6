-- up

-- refused: users.id would number itself from now on, and Oracle makes only new columns do that

-- down

ALTER TABLE users MODIFY (id DROP IDENTITY);
