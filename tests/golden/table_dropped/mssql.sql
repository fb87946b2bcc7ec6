-- up

DROP TABLE logs;

-- down

CREATE TABLE logs (
    id INTEGER NOT NULL IDENTITY,
    line VARCHAR(80) NULL,
    PRIMARY KEY (id)
);

CREATE INDEX ix_logs_line ON logs (line);
