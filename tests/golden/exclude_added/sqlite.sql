-- up

-- refused: this cannot be said in sqlite: (in table 'stays', column 'days'): it has no DATERANGE

-- down

-- refused: table stays has an EXCLUDE constraint, ex_stays, which only PostgreSQL can do
