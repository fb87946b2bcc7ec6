-- up

DROP TABLE logs;

-- down

CREATE TABLE logs (
    id INTEGER NOT NULL AUTO_INCREMENT,
    line VARCHAR(80),
    PRIMARY KEY (id)
);

CREATE INDEX ix_logs_line ON logs (line);
