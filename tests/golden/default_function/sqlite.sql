-- up

-- Table posts is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_posts (
    id INTEGER NOT NULL,
    at DATETIME DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_posts (id, at) SELECT id, at FROM posts;

PRAGMA legacy_alter_table = ON;

DROP TABLE posts;

ALTER TABLE _minimig_posts RENAME TO posts;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table posts is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_posts (
    id INTEGER NOT NULL,
    at DATETIME,
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_posts (id, at) SELECT id, at FROM posts;

PRAGMA legacy_alter_table = ON;

DROP TABLE posts;

ALTER TABLE _minimig_posts RENAME TO posts;

PRAGMA legacy_alter_table = OFF;
