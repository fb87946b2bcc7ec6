-- up

CREATE TABLE people.users (
    id INTEGER NOT NULL,
    email VARCHAR(80),
    PRIMARY KEY (id)
);

DROP TABLE users;

-- down

CREATE TABLE users (
    id INTEGER NOT NULL,
    email VARCHAR(80),
    PRIMARY KEY (id)
);

DROP TABLE people.users;
