-- up

ALTER TABLE users RENAME TO accounts;

ALTER TABLE accounts ADD COLUMN born DATE;

-- Table accounts is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_accounts (
    id INTEGER NOT NULL,
    email VARCHAR(200) NOT NULL,
    born DATE,
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_accounts (id, email, born) SELECT id, email, born FROM accounts;

PRAGMA legacy_alter_table = ON;

DROP TABLE accounts;

ALTER TABLE _minimig_accounts RENAME TO accounts;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table accounts is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_accounts (
    id INTEGER NOT NULL,
    email VARCHAR(80) NOT NULL,
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_accounts (id, email) SELECT id, email FROM accounts;

PRAGMA legacy_alter_table = ON;

DROP TABLE accounts;

ALTER TABLE _minimig_accounts RENAME TO accounts;

PRAGMA legacy_alter_table = OFF;

ALTER TABLE accounts RENAME TO users;
