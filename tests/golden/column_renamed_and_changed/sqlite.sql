-- up

ALTER TABLE users RENAME COLUMN nick TO handle;

-- Table users is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_users (
    id INTEGER NOT NULL,
    handle VARCHAR(80),
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_users (id, handle) SELECT id, handle FROM users;

PRAGMA legacy_alter_table = ON;

DROP TABLE users;

ALTER TABLE _minimig_users RENAME TO users;

PRAGMA legacy_alter_table = OFF;

-- down

ALTER TABLE users RENAME COLUMN handle TO nick;

-- Table users is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_users (
    id INTEGER NOT NULL,
    nick VARCHAR(40),
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_users (id, nick) SELECT id, nick FROM users;

PRAGMA legacy_alter_table = ON;

DROP TABLE users;

ALTER TABLE _minimig_users RENAME TO users;

PRAGMA legacy_alter_table = OFF;
