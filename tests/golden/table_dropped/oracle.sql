-- up

DROP TABLE logs;

-- down

CREATE TABLE logs (
    id INTEGER NOT NULL,
    line VARCHAR2(80 CHAR),
    PRIMARY KEY (id)
);

CREATE INDEX ix_logs_line ON logs (line);
