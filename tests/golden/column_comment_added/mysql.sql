-- up

ALTER TABLE users MODIFY COLUMN email VARCHAR(80) COMMENT '100% where to write to';

-- down

ALTER TABLE users MODIFY COLUMN email VARCHAR(80);
