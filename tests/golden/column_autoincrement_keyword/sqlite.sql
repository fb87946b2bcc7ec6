-- up

-- Table users is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_users (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT
);

INSERT INTO sqlite_sequence (name, seq) SELECT '_minimig_users', seq FROM sqlite_sequence WHERE name = 'users';

INSERT OR ABORT INTO _minimig_users (id) SELECT id FROM users;

PRAGMA legacy_alter_table = ON;

DROP TABLE users;

ALTER TABLE _minimig_users RENAME TO users;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table users is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_users (
    id INTEGER NOT NULL,
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_users (id) SELECT id FROM users;

PRAGMA legacy_alter_table = ON;

DROP TABLE users;

ALTER TABLE _minimig_users RENAME TO users;

PRAGMA legacy_alter_table = OFF;
