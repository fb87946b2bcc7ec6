-- up

-- refused: users.id would number itself from now on, and SQL Server gives IDENTITY to new columns only

-- down

-- refused: users.id would no longer number itself, and SQL Server takes IDENTITY from no column
