-- up

ALTER TABLE trees DROP CONSTRAINT fk_trees_place;

ALTER TABLE trees ADD CONSTRAINT fk_trees_place FOREIGN KEY(x, y) REFERENCES places (x, y);

-- down

ALTER TABLE trees DROP CONSTRAINT fk_trees_place;

ALTER TABLE trees ADD CONSTRAINT fk_trees_place FOREIGN KEY(x) REFERENCES places (x);
