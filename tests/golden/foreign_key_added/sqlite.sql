-- up

-- Table posts is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
CREATE TABLE _minimig_posts (
    id INTEGER NOT NULL,
    author_id INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id)
);

INSERT OR ABORT INTO _minimig_posts (id, author_id) SELECT id, author_id FROM posts;

PRAGMA legacy_alter_table = ON;

DROP TABLE posts;

ALTER TABLE _minimig_posts RENAME TO posts;

PRAGMA legacy_alter_table = OFF;

-- down

-- Table posts is rebuilt from the migrations alone: columns, constraints, indexes and triggers that
-- they do not know are lost with the old table. A migration with a live connection keeps them.
-- It also copies no row for this change, where the database lets it.
CREATE TABLE _minimig_posts (
    id INTEGER NOT NULL,
    author_id INTEGER,
    PRIMARY KEY (id)
);

INSERT OR ABORT INTO _minimig_posts (id, author_id) SELECT id, author_id FROM posts;

PRAGMA legacy_alter_table = ON;

DROP TABLE posts;

ALTER TABLE _minimig_posts RENAME TO posts;

PRAGMA legacy_alter_table = OFF;
