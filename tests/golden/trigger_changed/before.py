import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(80)))
STAMP = {
    "sqlite": "CREATE TRIGGER stamp AFTER INSERT ON posts BEGIN UPDATE posts SET title = 'a'; END",
    "postgresql": (
        "CREATE TRIGGER stamp BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    ),
    "mysql": "CREATE TRIGGER stamp BEFORE INSERT ON posts FOR EACH ROW SET NEW.title = 'a'",
}
objects.trigger(metadata, "stamp", "posts", STAMP)
