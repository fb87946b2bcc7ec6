-- up

CREATE TABLE teams (
    id INTEGER NOT NULL,
    captain_id INTEGER,
    PRIMARY KEY (id)
);

CREATE TABLE players (
    id INTEGER NOT NULL,
    team_id INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT fk_players_team FOREIGN KEY(team_id) REFERENCES teams (id)
);

-- Table teams is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_teams (
    id INTEGER NOT NULL,
    captain_id INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT fk_teams_captain FOREIGN KEY(captain_id) REFERENCES players (id)
);

INSERT OR ABORT INTO _minimig_teams (id, captain_id) SELECT id, captain_id FROM teams;

PRAGMA legacy_alter_table = ON;

DROP TABLE teams;

ALTER TABLE _minimig_teams RENAME TO teams;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table teams is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_teams (
    id INTEGER NOT NULL,
    captain_id INTEGER,
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_teams (id, captain_id) SELECT id, captain_id FROM teams;

PRAGMA legacy_alter_table = ON;

DROP TABLE teams;

ALTER TABLE _minimig_teams RENAME TO teams;

PRAGMA legacy_alter_table = OFF;

DROP TABLE players;

DROP TABLE teams;
