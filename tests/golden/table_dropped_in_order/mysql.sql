-- up

DROP TABLE books;

DROP TABLE authors;

-- down

CREATE TABLE authors (
    id INTEGER NOT NULL AUTO_INCREMENT,
    PRIMARY KEY (id)
);

CREATE TABLE books (
    id INTEGER NOT NULL AUTO_INCREMENT,
    author_id INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT fk_books_author FOREIGN KEY(author_id) REFERENCES authors (id)
);
