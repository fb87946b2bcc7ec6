-- up

CREATE TABLE users (
    id INTEGER NOT NULL AUTO_INCREMENT,
    email VARCHAR(80),
    PRIMARY KEY (id)
);

-- down

DROP TABLE users;
