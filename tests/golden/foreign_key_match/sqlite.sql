-- up

-- Table trees is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_trees (
    id INTEGER NOT NULL,
    x INTEGER,
    y INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT fk_trees_place FOREIGN KEY(x, y) REFERENCES places (x, y)
);

INSERT OR ABORT INTO _minimig_trees (id, x, y) SELECT id, x, y FROM trees;

PRAGMA legacy_alter_table = ON;

DROP TABLE trees;

ALTER TABLE _minimig_trees RENAME TO trees;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table trees is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_trees (
    id INTEGER NOT NULL,
    x INTEGER,
    y INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT fk_trees_place FOREIGN KEY(x, y) REFERENCES places (x, y)
);

INSERT OR ABORT INTO _minimig_trees (id, x, y) SELECT id, x, y FROM trees;

PRAGMA legacy_alter_table = ON;

DROP TABLE trees;

ALTER TABLE _minimig_trees RENAME TO trees;

PRAGMA legacy_alter_table = OFF;
