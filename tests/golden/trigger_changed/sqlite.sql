-- up

DROP TRIGGER stamp;

CREATE TRIGGER stamp AFTER INSERT ON posts BEGIN UPDATE posts SET title = 'b'; END;

-- down

DROP TRIGGER stamp;

CREATE TRIGGER stamp AFTER INSERT ON posts BEGIN UPDATE posts SET title = 'a'; END;
