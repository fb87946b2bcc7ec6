-- up

ALTER TABLE posts ADD author_id INTEGER NULL;

ALTER TABLE posts ADD CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES users (id);

CREATE INDEX ix_posts_author_id ON posts (author_id);

-- down

DROP INDEX ix_posts_author_id ON posts;

ALTER TABLE posts DROP CONSTRAINT fk_posts_author;

DECLARE @sql NVARCHAR(MAX) = (
    SELECT STRING_AGG(N'ALTER TABLE posts DROP CONSTRAINT ' + QUOTENAME(name), N'; ') FROM (
        SELECT name FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(N'posts') AND COL_NAME(parent_object_id, parent_column_id) = N'author_id'
        UNION SELECT name FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'posts') AND COL_NAME(parent_object_id, parent_column_id) = N'author_id'
        UNION SELECT OBJECT_NAME(constraint_object_id) FROM sys.foreign_key_columns WHERE parent_object_id = OBJECT_ID(N'posts') AND COL_NAME(parent_object_id, parent_column_id) = N'author_id'
    ) AS found (name)
);
EXEC sp_executesql @sql;

ALTER TABLE posts DROP COLUMN author_id;
