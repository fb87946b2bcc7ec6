-- up

CREATE TABLE users (
    id SERIAL NOT NULL,
    email VARCHAR(80),
    PRIMARY KEY (id)
);

-- down

DROP TABLE users;
