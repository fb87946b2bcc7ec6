-- up

CREATE INDEX ix_users_whose_email_address_was_confirmed_by_clicking_o_4d7f ON users (email);

-- down

ALTER TABLE users DROP INDEX ix_users_whose_email_address_was_confirmed_by_clicking_o_4d7f;
