-- up

-- Table posts is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_posts (
    id INTEGER NOT NULL,
    live BOOLEAN DEFAULT 1 NOT NULL,
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_posts (id, live) SELECT id, live FROM posts;

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
    live BOOLEAN DEFAULT 0 NOT NULL,
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_posts (id, live) SELECT id, live FROM posts;

PRAGMA legacy_alter_table = ON;

DROP TABLE posts;

ALTER TABLE _minimig_posts RENAME TO posts;

PRAGMA legacy_alter_table = OFF;
