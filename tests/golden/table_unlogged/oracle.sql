-- up

-- refused: changing prefixes of table sessions is not supported on oracle

-- down

-- refused: changing prefixes of table sessions is not supported on oracle
