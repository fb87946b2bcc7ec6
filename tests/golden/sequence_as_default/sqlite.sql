-- up

-- refused: the default of orders.number is the next value of a sequence, and sqlite has no sequences

-- down

-- refused: the default of orders.number is the next value of a sequence, and sqlite has no sequences
