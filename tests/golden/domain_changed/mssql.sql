-- up

-- refused: column email cannot be said in mssql: it has no DOMAIN

-- down

-- refused: column email cannot be said in mssql: it has no DOMAIN
