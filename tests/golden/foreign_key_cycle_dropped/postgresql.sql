-- up

ALTER TABLE teams DROP CONSTRAINT fk_teams_captain;

DROP TABLE players;

DROP TABLE teams;

-- down

CREATE TABLE teams (
    id SERIAL NOT NULL,
    captain_id INTEGER,
    PRIMARY KEY (id)
);

CREATE TABLE players (
    id SERIAL NOT NULL,
    team_id INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT fk_players_team FOREIGN KEY(team_id) REFERENCES teams (id)
);

ALTER TABLE teams ADD CONSTRAINT fk_teams_captain FOREIGN KEY(captain_id) REFERENCES players (id);
