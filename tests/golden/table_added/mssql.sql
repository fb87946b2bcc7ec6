-- up

CREATE TABLE users (
    id INTEGER NOT NULL IDENTITY,
    email VARCHAR(80) NULL,
    PRIMARY KEY (id)
);

-- down

DROP TABLE users;
