-- up

-- refused: table stays has an EXCLUDE constraint, ex_stays, which only PostgreSQL can do

-- down

-- refused: table stays has an EXCLUDE constraint, ex_stays, which only PostgreSQL can do
