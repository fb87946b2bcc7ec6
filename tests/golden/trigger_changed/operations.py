"""Replace trigger posts.stamp."""

from minimig import ops

dependencies = []

up = [
    ops.ReplaceTrigger(
        "stamp",
        {
            "mysql": "CREATE TRIGGER stamp BEFORE INSERT ON posts FOR EACH ROW SET NEW.title = 'b'",
            "postgresql": "CREATE TRIGGER stamp BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "sqlite": "CREATE TRIGGER stamp AFTER INSERT ON posts BEGIN UPDATE posts SET title = 'b'; END",
        },
        table="posts",
    ),
]

down = [
    ops.ReplaceTrigger(
        "stamp",
        {
            "mysql": "CREATE TRIGGER stamp BEFORE INSERT ON posts FOR EACH ROW SET NEW.title = 'a'",
            "postgresql": "CREATE TRIGGER stamp BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "sqlite": "CREATE TRIGGER stamp AFTER INSERT ON posts BEGIN UPDATE posts SET title = 'a'; END",
        },
        table="posts",
    ),
]
