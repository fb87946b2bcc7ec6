-- up

-- refused: column marks cannot be said in mssql: it has no ARRAY

-- down

-- refused: column marks cannot be said in mssql: it has no ARRAY
