-- up

-- refused: changing prefixes of table sessions is not supported on sqlite

-- down

-- refused: changing prefixes of table sessions is not supported on sqlite
