-- up

-- refused: table sessions cannot become TEMPORARY, or be so no more

-- down

-- refused: table sessions cannot become TEMPORARY, or be so no more
