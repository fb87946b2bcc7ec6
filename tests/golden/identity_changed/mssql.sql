-- up

-- refused: SQL Server cannot change start and increment of IDENTITY of users.id

-- down

-- refused: SQL Server cannot change start and increment of IDENTITY of users.id
