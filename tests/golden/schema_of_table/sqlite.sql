-- up

CREATE TABLE people.users (
    id INTEGER NOT NULL,
    PRIMARY KEY (id)
);

-- down

DROP TABLE people.users;
