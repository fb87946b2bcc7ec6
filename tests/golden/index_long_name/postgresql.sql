-- up

CREATE INDEX ix_users_whose_email_address_was_confirmed_by_clicking__4d7f ON users (email);

-- down

DROP INDEX ix_users_whose_email_address_was_confirmed_by_clicking__4d7f;
