-- up

-- Table items is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_items (
    id INTEGER NOT NULL,
    price INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT ck_items_price CHECK (price > 0)
);

INSERT OR ABORT INTO _minimig_items (id, price) SELECT id, price FROM items;

PRAGMA legacy_alter_table = ON;

DROP TABLE items;

ALTER TABLE _minimig_items RENAME TO items;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table items is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_items (
    id INTEGER NOT NULL,
    price INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT ck_items_price CHECK (price > 0)
);

INSERT OR ABORT INTO _minimig_items (id, price) SELECT id, price FROM items;

PRAGMA legacy_alter_table = ON;

DROP TABLE items;

ALTER TABLE _minimig_items RENAME TO items;

PRAGMA legacy_alter_table = OFF;
