-- up

-- Table words is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_words (
    word VARCHAR(30) NOT NULL,
    count INTEGER,
    PRIMARY KEY (word)
) WITHOUT ROWID;

INSERT OR ABORT INTO _minimig_words (word, count) SELECT word, count FROM words;

PRAGMA legacy_alter_table = ON;

DROP TABLE words;

ALTER TABLE _minimig_words RENAME TO words;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table words is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_words (
    word VARCHAR(30) NOT NULL,
    count INTEGER,
    PRIMARY KEY (word)
);

INSERT OR ABORT INTO _minimig_words (word, count) SELECT word, count FROM words;

PRAGMA legacy_alter_table = ON;

DROP TABLE words;

ALTER TABLE _minimig_words RENAME TO words;

PRAGMA legacy_alter_table = OFF;
