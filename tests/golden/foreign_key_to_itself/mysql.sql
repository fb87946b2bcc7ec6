-- up

ALTER TABLE pages ADD COLUMN parent_id INTEGER;

ALTER TABLE pages ADD CONSTRAINT fk_pages_parent FOREIGN KEY(parent_id) REFERENCES pages (id);

-- down

ALTER TABLE pages DROP FOREIGN KEY fk_pages_parent, DROP INDEX fk_pages_parent;

ALTER TABLE pages DROP COLUMN parent_id;
