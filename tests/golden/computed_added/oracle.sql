-- up

-- refused: computed column items.twice is to be stored, and Oracle only computes when it reads

-- down

-- refused: computed column items.twice is to be stored, and Oracle only computes when it reads
