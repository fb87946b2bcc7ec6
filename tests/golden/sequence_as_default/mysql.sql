-- up

-- refused: the default of orders.number is the next value of a sequence, and mysql has no sequences

-- down

-- refused: the default of orders.number is the next value of a sequence, and mysql has no sequences
