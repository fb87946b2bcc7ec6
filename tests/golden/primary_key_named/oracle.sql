-- up

-- refused: the primary key of tags cannot be renamed: the name that oracle gives to one by itself is not known

-- down

-- refused: the primary key of tags cannot be renamed: the name that oracle gives to one by itself is not known
