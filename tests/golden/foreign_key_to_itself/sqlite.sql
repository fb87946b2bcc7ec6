-- up

ALTER TABLE pages ADD COLUMN parent_id INTEGER;

-- Table pages is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_pages (
    id INTEGER NOT NULL,
    parent_id INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT fk_pages_parent FOREIGN KEY(parent_id) REFERENCES pages (id)
);

INSERT OR ABORT INTO _minimig_pages (id, parent_id) SELECT id, parent_id FROM pages;

PRAGMA legacy_alter_table = ON;

DROP TABLE pages;

ALTER TABLE _minimig_pages RENAME TO pages;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table pages is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_pages (
    id INTEGER NOT NULL,
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_pages (id) SELECT id FROM pages;

PRAGMA legacy_alter_table = ON;

DROP TABLE pages;

ALTER TABLE _minimig_pages RENAME TO pages;

PRAGMA legacy_alter_table = OFF;
