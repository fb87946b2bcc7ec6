-- up

DROP TRIGGER stamp ON posts;

CREATE TRIGGER stamp BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();

-- down

DROP TRIGGER stamp ON posts;

CREATE TRIGGER stamp BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
