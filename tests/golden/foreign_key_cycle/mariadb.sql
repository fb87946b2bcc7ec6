-- up

CREATE TABLE teams (
    id INTEGER NOT NULL AUTO_INCREMENT,
    captain_id INTEGER,
    PRIMARY KEY (id)
);

CREATE TABLE players (
    id INTEGER NOT NULL AUTO_INCREMENT,
    team_id INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT fk_players_team FOREIGN KEY(team_id) REFERENCES teams (id)
);

ALTER TABLE teams ADD CONSTRAINT fk_teams_captain FOREIGN KEY(captain_id) REFERENCES players (id);

-- down

ALTER TABLE teams DROP FOREIGN KEY fk_teams_captain, DROP INDEX fk_teams_captain;

DROP TABLE players;

DROP TABLE teams;
