"""A trigger does something else.

Alembic: does not (A-PAIN-18)
"""

import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(80)))
STAMP = {
    "sqlite": "CREATE TRIGGER stamp AFTER INSERT ON posts BEGIN UPDATE posts SET title = 'b'; END",
    "postgresql": (
        "CREATE TRIGGER stamp BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    ),
    "mysql": "CREATE TRIGGER stamp BEFORE INSERT ON posts FOR EACH ROW SET NEW.title = 'b'",
}
objects.trigger(metadata, "stamp", "posts", STAMP)
