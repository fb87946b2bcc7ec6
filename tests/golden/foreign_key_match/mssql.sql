-- up

-- refused: foreign key trees.fk_trees_place is MATCH FULL, which SQL Server does not have

-- down

-- refused: foreign key trees.fk_trees_place is MATCH FULL, which SQL Server does not have
