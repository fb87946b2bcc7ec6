"""A history whose script is hard to write: values that need care, bodies with semicolons, rebuilds, views, enums."""

from __future__ import annotations

from support.histories import revision
from support.projects import ProjectFolder

CONFIG = 'label = "shop"\nmetadata = "shop.models:metadata"\nmigrations = "shop/migrations"\n'

STORY = {
    "0001_tables": """
        up = [
            ops.CreateTable(
                "users",
                sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
                sa.Column("nick", sa.String(80), nullable=False, server_default="it's 100% \\\\ ; fine"),
                sa.Column("mood", sa.Enum("happy", "sad", name="mood")),
                sa.Column("born", sa.Date),
                sa.Column("seen", sa.DateTime),
                sa.Column("price", sa.Numeric(10, 4)),
                sa.Column("data", sa.JSON),
                sa.Column("raw", sa.LargeBinary),
                sa.Column("on", sa.Boolean),
                sa.UniqueConstraint("nick", name="uq_users_nick"),
            ),
            ops.CreateTable(
                "posts",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("user_id", sa.Integer, nullable=False),
                sa.Column("body", sa.Text),
                sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_posts_user_id", ondelete="CASCADE"),
            ),
            ops.CreateIndex("ix_posts_user_id", "posts", ["user_id"]),
        ]
        """,
    "0002_rows": """
        from datetime import date, datetime
        from decimal import Decimal

        up = [
            ops.BulkInsert("users", [
                {
                    "id": 1,
                    "nick": "it's \\"50%\\" %s :x \\\\ back\\\\slash",
                    "mood": "sad",
                    "born": date(1999, 12, 31),
                    "seen": datetime(2001, 2, 3, 4, 5, 6),
                    "price": Decimal("12345.6789"),
                    "data": {"a": [1, None, "it's \\\\ ; $sql$ ü"]},
                    "raw": bytes(range(256)),
                    "on": True,
                },
                {
                    "id": 2,
                    "nick": "two\\nlines;\\n-- no comment\\n.quit\\nGO\\n/\\nDELIMITER //\\ntail\\\\\\n",
                    "mood": None,
                },
                {"id": 3, "nick": "naïve 雪 $$ $minimig$ `'`", "mood": "happy", "on": False, "raw": b""},
            ]),
            ops.RunSQL(
                "INSERT INTO posts (user_id, body) VALUES (1, :body); -- one; more\\nUPDATE posts SET body = body",
                parameters={"body": "100% \\\\ ; 'q' :body"},
                reverse="DELETE FROM posts",
            ),
        ]
        """,
    "0003_changes": """
        up = [
            ops.RenameColumn("users", "nick", "handle"),
            ops.AlterColumn("users", "handle", type=sa.String(120), server_default=None),
            ops.AddColumn("posts", sa.Column("slug", sa.String(20), nullable=False), fill="'none'"),
            ops.AddConstraint("posts", sa.CheckConstraint("slug <> ';'", name="ck_posts_slug")),
            ops.AlterEnum("mood", ["happy", "sad", "it's"]),
            ops.DropIndex("ix_posts_user_id", "posts"),
        ]
        """,
    "0004_objects": """
        BODY = "BEGIN NEW.slug := 'a;b'; RETURN NEW; END"
        FUNCTION = f"CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ {BODY} $$"
        TRIGGER = "CREATE TRIGGER tr_posts BEFORE INSERT ON posts FOR EACH ROW "
        up = [
            ops.RunSQL("CREATE VIEW titles AS SELECT id, slug FROM posts", reverse="DROP VIEW titles"),
            ops.RunSQL(
                {
                    "postgresql": [FUNCTION, TRIGGER + "EXECUTE FUNCTION shout()"],
                    "mysql": TRIGGER + "BEGIN SET NEW.slug = 'a;b'; SET NEW.body = 'x'; END",
                    "sqlite": "CREATE TRIGGER tr_posts AFTER INSERT ON posts BEGIN"
                    " UPDATE posts SET slug = 'a;b' WHERE id = NEW.id; DELETE FROM users WHERE id < 0; END",
                },
                reverse={
                    "postgresql": "DROP TRIGGER tr_posts ON posts; DROP FUNCTION shout()",
                    "mysql": "DROP TRIGGER tr_posts",
                    "sqlite": "DROP TRIGGER tr_posts",
                },
            ),
            ops.RunSQL("INSERT INTO posts (user_id, body, slug) VALUES (2, 'b', 's')", reverse=ops.NOOP),
        ]
        """,
}
"""Each revision follows the one before it."""

NAMES = tuple(STORY)
ALONE = {
    "0005_alone": """
        up = [ops.CreateIndex("ix_posts_body", "posts", ["slug"], postgresql_concurrently=True)]
        """,
    "0006_between": """
        up = [
            ops.AddColumn("posts", sa.Column("score", sa.Integer)),
            ops.CreateIndex("ix_posts_score", "posts", ["score"], postgresql_concurrently=True),
            ops.RunSQL("UPDATE posts SET score = 1", reverse=ops.NOOP),
        ]
        """,
}
"""Statements that PostgreSQL takes only outside a transaction: alone, and between others."""


def write_story(project: ProjectFolder, more: dict[str, str] | None = None) -> None:
    """Write the history into a project's folder, and other revisions behind it."""
    project.write("minimig.toml", CONFIG)
    parents: list[str] = []
    for name, body in {**STORY, **(more or {})}.items():
        project.write(f"shop/migrations/{name}.py", revision(parents, body))
        parents = [f"shop.{name}"]
