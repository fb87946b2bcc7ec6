-- up

ALTER TABLE pages ADD parent_id INTEGER;

ALTER TABLE pages ADD CONSTRAINT fk_pages_parent FOREIGN KEY(parent_id) REFERENCES pages (id);

-- down

ALTER TABLE pages DROP CONSTRAINT fk_pages_parent;

ALTER TABLE pages DROP COLUMN parent_id;
