-- up

-- Table users is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_users (
    id INTEGER NOT NULL,
    email VARCHAR(80),
    PRIMARY KEY (id),
    CONSTRAINT uq_users_email UNIQUE (email)
);

INSERT OR ABORT INTO _minimig_users (id, email) SELECT id, email FROM users;

PRAGMA legacy_alter_table = ON;

DROP TABLE users;

ALTER TABLE _minimig_users RENAME TO users;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table users is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_users (
    id INTEGER NOT NULL,
    email VARCHAR(80),
    PRIMARY KEY (id),
    CONSTRAINT uq_users_email UNIQUE (email)
);

INSERT OR ABORT INTO _minimig_users (id, email) SELECT id, email FROM users;

PRAGMA legacy_alter_table = ON;

DROP TABLE users;

ALTER TABLE _minimig_users RENAME TO users;

PRAGMA legacy_alter_table = OFF;
