-- up

ALTER TYPE state RENAME VALUE 'live' TO 'public';

-- down

ALTER TYPE state RENAME VALUE 'public' TO 'live';
