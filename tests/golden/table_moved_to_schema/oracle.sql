-- up

CREATE TABLE people.users (
    id INTEGER NOT NULL,
    email VARCHAR2(80 CHAR),
    PRIMARY KEY (id)
);

DROP TABLE users;

-- down

CREATE TABLE users (
    id INTEGER NOT NULL,
    email VARCHAR2(80 CHAR),
    PRIMARY KEY (id)
);

DROP TABLE people.users;
