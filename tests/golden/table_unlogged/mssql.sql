-- up

-- refused: changing prefixes of table sessions is not supported on mssql

-- down

-- refused: changing prefixes of table sessions is not supported on mssql
