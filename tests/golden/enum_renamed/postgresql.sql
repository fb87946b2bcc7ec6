-- up

ALTER TYPE state RENAME TO post_state;

-- down

ALTER TYPE post_state RENAME TO state;
