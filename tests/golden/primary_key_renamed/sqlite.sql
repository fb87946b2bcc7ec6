-- up

-- Table tags is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_tags (
    word VARCHAR(20) NOT NULL,
    CONSTRAINT pk_words PRIMARY KEY (word)
);

INSERT OR ABORT INTO _minimig_tags (rowid, word) SELECT rowid, word FROM tags;

PRAGMA legacy_alter_table = ON;

DROP TABLE tags;

ALTER TABLE _minimig_tags RENAME TO tags;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table tags is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_tags (
    word VARCHAR(20) NOT NULL,
    CONSTRAINT pk_tags PRIMARY KEY (word)
);

INSERT OR ABORT INTO _minimig_tags (rowid, word) SELECT rowid, word FROM tags;

PRAGMA legacy_alter_table = ON;

DROP TABLE tags;

ALTER TABLE _minimig_tags RENAME TO tags;

PRAGMA legacy_alter_table = OFF;
