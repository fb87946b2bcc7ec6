-- up

ALTER TABLE users RENAME INDEX uq_email TO uq_users_contact;

-- down

ALTER TABLE users RENAME INDEX uq_users_contact TO uq_email;
