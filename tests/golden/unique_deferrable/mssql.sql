-- up

ALTER TABLE lines DROP CONSTRAINT uq_lines;

ALTER TABLE lines ADD CONSTRAINT uq_lines UNIQUE (place);

-- down

ALTER TABLE lines DROP CONSTRAINT uq_lines;

ALTER TABLE lines ADD CONSTRAINT uq_lines UNIQUE (place);
