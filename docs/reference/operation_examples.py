"""The examples of `operations.md`: for each operation one or several lists, of which the last operation is shown."""

from __future__ import annotations

import sqlalchemy as sa

from minimig import ops
from minimig.operations.base import Operation

BEFORE: list[Operation] = [
    ops.CreateTable(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(80), nullable=False),
        sa.Column("name", sa.String(40)),
    ),
    ops.CreateTable(
        "posts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author_id", sa.Integer, nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("status", sa.Enum("draft", "live", name="status"), nullable=False, server_default="draft"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_posts_author"),
        sa.CheckConstraint("title <> ''", name="ck_posts_title"),
        sa.Index("ix_posts_title", "title"),
    ),
]

SHOUT = {
    "postgresql": """
        CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
            SELECT upper(t) || '!'
        $$
    """,
    "mysql": "CREATE FUNCTION shout(t text) RETURNS text DETERMINISTIC RETURN concat(upper(t), '!')",
}
QUIET = {
    "postgresql": "CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT t'",
    "mysql": "CREATE FUNCTION shout(t text) RETURNS text DETERMINISTIC RETURN t",
}
STAMP = {
    "sqlite": "CREATE TRIGGER stamp AFTER INSERT ON posts BEGIN UPDATE users SET name = 'x'; END",
    "postgresql": "CREATE TRIGGER stamp AFTER INSERT ON posts FOR EACH ROW EXECUTE FUNCTION stamp()",
    "mysql": "CREATE TRIGGER stamp BEFORE INSERT ON posts FOR EACH ROW SET NEW.title = trim(NEW.title)",
}
STAMP_ALWAYS = {
    **STAMP,
    "postgresql": "CREATE TRIGGER stamp AFTER INSERT OR UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION stamp()",
}
POLICY = ops.CreateCustom(
    "own_posts",
    {"postgresql": "CREATE POLICY own_posts ON posts USING (author_id > 0)"},
    drop={"postgresql": "DROP POLICY own_posts ON posts"},
    sort="policy",
)
KEPT = ops.CreateView("kept", {"postgresql": "SELECT id FROM posts"}, materialized=True)

NAMELESS: frozenset[str] = frozenset({"ReplaceObject", "ChangeObject", "RenameObject"})
"""Bases of operations, which are not shown on their own."""


def fill_names(conn: sa.Connection, tables: object) -> None:
    """A data step, for the example of RunPython."""


EXAMPLES: dict[str, list[list[Operation]]] = {
    "AddColumn": [
        [ops.AddColumn("posts", sa.Column("slug", sa.String(80), nullable=False), fill="''")],
        [ops.AddColumn("posts", sa.Column("views", sa.Integer, nullable=False, server_default="0"))],
        [ops.AddColumn("posts", sa.Column("subtitle", sa.String(80)), after="title")],
    ],
    "AddConstraint": [
        [ops.AddConstraint("users", sa.UniqueConstraint("email", name="uq_users_email"))],
        [ops.AddConstraint("users", sa.CheckConstraint("email LIKE '%@%'", name="ck_users_email"))],
        [ops.AddConstraint("posts", sa.CheckConstraint("author_id > 0", name="ck_posts_author"), not_valid=True)],
    ],
    "AddEnumValue": [[ops.AddEnumValue("status", "review", after="draft")]],
    "AlterColumn": [
        [ops.AlterColumn("users", "name", nullable=False, fill="''")],
        [ops.AlterColumn("users", "email", type=sa.String(200), comment="where to write to")],
    ],
    "AlterEnum": [[ops.AlterEnum("status", ["live", "new"], replace={"draft": "new"})]],
    "AlterExtension": [
        [ops.CreateExtension("citext", version="1.4"), ops.AlterExtension("citext", version="1.6", schema="public")],
    ],
    "AlterSequence": [[ops.CreateSequence("order_seq"), ops.AlterSequence("order_seq", increment=10, cache=20)]],
    "AlterTable": [[ops.AlterTable("users", comment="who writes")]],
    "BulkDelete": [
        [
            ops.BulkInsert("users", [{"id": 1, "email": "ann@example.org"}]),
            ops.BulkDelete("users", [{"id": 1, "email": "ann@example.org"}]),
        ],
    ],
    "Backfill": [
        [
            ops.Backfill(
                "users", {"name": "lower(email)"}, where="name IS NULL", throttle=0.5, reverse=ops.NOOP, elidable=True
            )
        ],
        [
            ops.Backfill(
                "posts",
                {"status": sa.literal("live")},
                batch=500,
                reverse=ops.Backfill("posts", {"status": "'draft'"}, where="author_id > 0"),
            )
        ],
    ],
    "BulkInsert": [
        [
            ops.BulkInsert(
                "users", [{"id": 1, "email": "ann@example.org", "name": "Ann"}, {"id": 2, "email": "b@x.org"}]
            )
        ],
        [ops.BulkInsert("users", [{"email": sa.func.lower("B@x.org")}], reverse=ops.NOOP)],
    ],
    "CreateCustom": [[POLICY]],
    "CreateFunction": [[ops.CreateFunction("shout", SHOUT, arguments="text")]],
    "CreateCollation": [
        [ops.CreateCollation("natural", provider="icu", locale="en-u-kn-true", deterministic=False)],
    ],
    "CreateExtension": [[ops.CreateExtension("citext")]],
    "CreateIndex": [
        [ops.CreateIndex("ix_posts_author", "posts", ["author_id", sa.text("lower(title)")], unique=True)],
        [ops.CreateIndex("ix_posts_author", "posts", ["author_id"], postgresql_concurrently=True)],
    ],
    "CreateSchema": [[ops.CreateSchema("shop")]],
    "CreateSequence": [[ops.CreateSequence("order_seq", start=1000, cache=20)]],
    "CreateTable": [
        [
            ops.CreateTable(
                "tags",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("post_id", sa.Integer, nullable=False),
                sa.Column("word", sa.String(30), nullable=False),
                sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_tags_post", ondelete="CASCADE"),
                sa.UniqueConstraint("post_id", "word", name="uq_tags"),
            )
        ]
    ],
    "CreateTrigger": [[ops.CreateTrigger("stamp", STAMP, table="posts")]],
    "CreateView": [[ops.CreateView("live_posts", "SELECT id, title FROM posts WHERE status = 'live'")]],
    "DropCollation": [[ops.CreateCollation("natural", locale="C"), ops.DropCollation("natural")]],
    "DropColumn": [[ops.DropColumn("users", "name")]],
    "DropConstraint": [[ops.DropConstraint("ck_posts_title", "posts")]],
    "DropExtension": [[ops.CreateExtension("citext"), ops.DropExtension("citext")]],
    "DropCustom": [[POLICY, ops.DropCustom("own_posts", sort="policy")]],
    "DropFunction": [
        [ops.CreateFunction("shout", QUIET, arguments="text"), ops.DropFunction("shout", arguments="text")],
    ],
    "DropIndex": [[ops.DropIndex("ix_posts_title", "posts")]],
    "DropPrimaryKey": [[ops.DropPrimaryKey("posts")]],
    "DropSchema": [[ops.CreateSchema("shop"), ops.DropSchema("shop")]],
    "DropSequence": [[ops.CreateSequence("order_seq"), ops.DropSequence("order_seq")]],
    "DropTable": [[ops.DropTable("posts")]],
    "DropTrigger": [[ops.CreateTrigger("stamp", STAMP, table="posts"), ops.DropTrigger("stamp", "posts")]],
    "DropView": [[ops.CreateView("names", "SELECT name FROM users"), ops.DropView("names")]],
    "RebuildTable": [[ops.RebuildTable("posts", order=["id", "author_id"])], [ops.RebuildTable("users")]],
    "RefreshView": [[KEPT, ops.RefreshView("kept")]],
    "RenameColumn": [[ops.RenameColumn("users", "name", "display_name")]],
    "RenameConstraint": [
        [ops.RenameConstraint("ck_posts_title", "ck_title", "posts")],
        [ops.RenameConstraint(None, "pk_posts", "posts")],
    ],
    "RenameEnum": [[ops.RenameEnum("status", "state")]],
    "RenameEnumValue": [[ops.RenameEnumValue("status", "live", "published")]],
    "RenameIndex": [[ops.RenameIndex("ix_posts_title", "ix_title", "posts")]],
    "RenameSequence": [[ops.CreateSequence("order_seq"), ops.RenameSequence("order_seq", "order_numbers")]],
    "RenameTable": [[ops.RenameTable("posts", "articles")]],
    "ReplaceCustom": [
        [
            POLICY,
            ops.ReplaceCustom(
                "own_posts",
                {"postgresql": "CREATE POLICY own_posts ON posts USING (author_id > 1)"},
                drop={"postgresql": "DROP POLICY own_posts ON posts"},
                sort="policy",
            ),
        ]
    ],
    "ReplaceFunction": [
        [
            ops.CreateFunction("shout", SHOUT, arguments="text"),
            ops.ReplaceFunction("shout", QUIET, arguments="text"),
        ]
    ],
    "ReplaceTrigger": [
        [
            ops.CreateTrigger("stamp", STAMP, table="posts"),
            ops.ReplaceTrigger("stamp", STAMP_ALWAYS, table="posts"),
        ]
    ],
    "ReplaceView": [
        [
            ops.CreateView("names", "SELECT name FROM users"),
            ops.ReplaceView("names", "SELECT name, email FROM users"),
        ]
    ],
    "RunPython": [[ops.RunPython(fill_names, reverse=ops.NOOP)]],
    "RunSQL": [[ops.RunSQL("UPDATE users SET name = email WHERE name IS NULL", reverse=ops.NOOP)]],
    "SeparateStateAndDatabase": [
        [
            ops.SeparateStateAndDatabase(
                state_operations=[ops.RenameTable("posts", "articles")],
                database_operations=[ops.RunSQL("ALTER TABLE posts RENAME TO articles", reverse=ops.NOOP)],
            )
        ]
    ],
    "ValidateConstraint": [
        [
            ops.AddConstraint("posts", sa.CheckConstraint("author_id > 0", name="ck_posts_author"), not_valid=True),
            ops.ValidateConstraint("ck_posts_author", "posts"),
        ]
    ],
}
