-- up

-- Table lines is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_lines (
    id INTEGER NOT NULL,
    place INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT uq_lines UNIQUE (place)
);

INSERT OR ABORT INTO _minimig_lines (id, place) SELECT id, place FROM lines;

PRAGMA legacy_alter_table = ON;

DROP TABLE lines;

ALTER TABLE _minimig_lines RENAME TO lines;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table lines is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_lines (
    id INTEGER NOT NULL,
    place INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT uq_lines UNIQUE (place)
);

INSERT OR ABORT INTO _minimig_lines (id, place) SELECT id, place FROM lines;

PRAGMA legacy_alter_table = ON;

DROP TABLE lines;

ALTER TABLE _minimig_lines RENAME TO lines;

PRAGMA legacy_alter_table = OFF;
