-- up

DROP TABLE books;

DROP TABLE authors;

-- down

CREATE TABLE authors (
    id INTEGER NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE books (
    id INTEGER NOT NULL,
    author_id INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT fk_books_author FOREIGN KEY(author_id) REFERENCES authors (id)
);
