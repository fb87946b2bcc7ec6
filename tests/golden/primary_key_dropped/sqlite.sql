-- up

-- Table logs is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_logs (
    line VARCHAR(80) NOT NULL
);

INSERT OR ABORT INTO _minimig_logs (rowid, line) SELECT rowid, line FROM logs;

PRAGMA legacy_alter_table = ON;

DROP TABLE logs;

ALTER TABLE _minimig_logs RENAME TO logs;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table logs is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_logs (
    line VARCHAR(80) NOT NULL,
    PRIMARY KEY (line)
);

INSERT OR ABORT INTO _minimig_logs (rowid, line) SELECT rowid, line FROM logs;

PRAGMA legacy_alter_table = ON;

DROP TABLE logs;

ALTER TABLE _minimig_logs RENAME TO logs;

PRAGMA legacy_alter_table = OFF;
