-- up

-- Table posts is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_posts (
    id INTEGER NOT NULL,
    state VARCHAR(20),
    PRIMARY KEY (id),
    CONSTRAINT ck_state CHECK (state IN ('draft', 'live', 'gone'))
);

INSERT OR ABORT INTO _minimig_posts (id, state) SELECT id, state FROM posts;

PRAGMA legacy_alter_table = ON;

DROP TABLE posts;

ALTER TABLE _minimig_posts RENAME TO posts;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table posts is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_posts (
    id INTEGER NOT NULL,
    state VARCHAR(20),
    PRIMARY KEY (id),
    CONSTRAINT ck_state CHECK (state IN ('draft', 'live'))
);

INSERT OR ABORT INTO _minimig_posts (id, state) SELECT id, state FROM posts;

PRAGMA legacy_alter_table = ON;

DROP TABLE posts;

ALTER TABLE _minimig_posts RENAME TO posts;

PRAGMA legacy_alter_table = OFF;
