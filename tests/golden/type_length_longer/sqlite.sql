-- up

-- Table posts is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_posts (
    id INTEGER NOT NULL,
    title VARCHAR(200),
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_posts (id, title) SELECT id, title FROM posts;

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
    title VARCHAR(80),
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_posts (id, title) SELECT id, title FROM posts;

PRAGMA legacy_alter_table = ON;

DROP TABLE posts;

ALTER TABLE _minimig_posts RENAME TO posts;

PRAGMA legacy_alter_table = OFF;
