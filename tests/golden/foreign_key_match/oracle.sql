-- up

-- refused: foreign key trees.fk_trees_place is MATCH FULL, which Oracle does not have

-- down

ALTER TABLE trees DROP CONSTRAINT fk_trees_place;

ALTER TABLE trees ADD CONSTRAINT fk_trees_place FOREIGN KEY(x, y) REFERENCES places (x, y);
