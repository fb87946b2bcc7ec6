-- up

-- refused: column tags cannot be said in mssql: it has no ARRAY

-- down

-- refused: column tags cannot be said in mssql: it has no ARRAY
