-- up

ALTER TABLE posts DROP CONSTRAINT fk_posts_author;

ALTER TABLE posts ALTER COLUMN author_id BIGINT NULL;

DECLARE @sql NVARCHAR(MAX) = (
    SELECT N'ALTER TABLE users DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.key_constraints
    WHERE parent_object_id = OBJECT_ID(N'users') AND type = 'PK'
);
EXEC sp_executesql @sql;

ALTER TABLE users ALTER COLUMN id BIGINT NOT NULL;

ALTER TABLE users ADD PRIMARY KEY (id);

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id);

-- down

ALTER TABLE posts DROP CONSTRAINT fk_posts_author;

DECLARE @sql NVARCHAR(MAX) = (
    SELECT N'ALTER TABLE users DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.key_constraints
    WHERE parent_object_id = OBJECT_ID(N'users') AND type = 'PK'
);
EXEC sp_executesql @sql;

ALTER TABLE users ALTER COLUMN id INTEGER NOT NULL;

ALTER TABLE users ADD PRIMARY KEY (id);

ALTER TABLE posts ALTER COLUMN author_id INTEGER NULL;

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id);
