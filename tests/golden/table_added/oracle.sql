-- up

CREATE TABLE users (
    id INTEGER NOT NULL,
    email VARCHAR2(80 CHAR),
    PRIMARY KEY (id)
);

-- down

DROP TABLE users;
