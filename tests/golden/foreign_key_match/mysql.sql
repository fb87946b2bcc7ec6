-- up

-- refused: foreign key trees.fk_trees_place is MATCH FULL, which MySQL and MariaDB do not have

-- down

-- refused: foreign key trees.fk_trees_place is MATCH FULL, which MySQL and MariaDB do not have
