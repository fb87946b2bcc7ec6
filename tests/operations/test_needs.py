"""What an operation needs of its user, as plain values: the thing it is at home in, and rows it says itself."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from minimig import ops
from minimig.dialects.rights import Act, Need
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.state.schema import SchemaState


def id_() -> sa.Column[int]:
    """A primary key."""
    return sa.Column("id", sa.Integer, primary_key=True)


def key() -> sa.ForeignKeyConstraint:
    """It points to the users."""
    return sa.ForeignKeyConstraint(["id"], ["users.id"], name="fk_posts_users")


BEFORE = states(
    [
        ops.CreateTable("users", id_()),
        ops.CreateTable("posts", id_(), sa.Column("n", sa.Integer)),
        ops.CreateTable(
            "likes",
            id_(),
            sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id")),
        ),
        ops.CreateView("seen", "SELECT 1 AS n"),
        ops.CreateIndex("ix_likes", "likes", ["user_id"]),
    ],
    SchemaState(),
)[-1]


def table(act: Act, name: str, schema: str | None = None) -> Need:
    """Something done with a table."""
    return Need(act, "table", name, schema)


@pytest.mark.parametrize(
    ("operation", "needs"),
    [
        (ops.CreateTable("pages", id_(), schema="a"), [table(Act.CREATE, "pages", "a")]),
        (ops.CreateTable("pages", id_(), key()), [table(Act.CREATE, "pages"), table(Act.REFERENCES, "users")]),
        (ops.CreateTable("pages", id_(), prefixes=["TEMPORARY"]), []),
        (ops.DropTable("posts"), [table(Act.DROP, "posts")]),
        (ops.RenameTable("users", "people"), [table(Act.ALTER, "users"), table(Act.CREATE, "people")]),
        (ops.AlterColumn("posts", "n", nullable=False), [table(Act.ALTER, "posts")]),
        (ops.RenameColumn("users", "id", "key"), [table(Act.ALTER, "users")]),
        (ops.CreateIndex("ix", "posts", ["n"]), [table(Act.INDEX, "posts")]),
        (ops.RenameIndex("ix_likes", "ix", "likes"), [table(Act.ALTER, "likes")]),
        (ops.DropIndex("ix_likes", "likes"), [Need(Act.DROP, "index", "likes")]),
        (ops.AddConstraint("posts", key()), [table(Act.ALTER, "posts"), table(Act.REFERENCES, "users")]),
        (ops.BulkInsert("posts", [{"id": 1}]), [table(Act.INSERT, "posts")]),
        (ops.BulkDelete("posts", [{"id": 1}]), [table(Act.DELETE, "posts")]),
        (ops.Backfill("posts", set={"n": "1"}, reverse=ops.NOOP), [table(Act.UPDATE, "posts")]),
        (ops.DropView("seen"), [Need(Act.DROP, "view", "seen")]),
        (ops.CreateSequence("n"), [Need(Act.CREATE, "sequence", "n")]),
        (ops.CreateTrigger("t", "CREATE TRIGGER", table="posts"), [Need(Act.CREATE, "trigger", "posts")]),
        (ops.RunSQL("DROP TABLE posts", reverse=ops.NOOP), []),
        (ops.SeparateStateAndDatabase(state_operations=[ops.DropTable("posts")]), []),
    ],
    ids=lambda value: value.describe() if isinstance(value, Operation) else "",
)
def test_an_operation_needs(operation: Operation, needs: list[Need]) -> None:
    """What follows by itself (keys that point to a renamed table or column) is not among it."""
    assert list(operation.needs(BEFORE, operation.state_forwards(BEFORE))) == needs


@pytest.mark.parametrize(
    ("sql", "hands_out"),
    [
        ("UPDATE posts SET n = 1", False),
        (["CREATE INDEX ix ON posts (n)", sa.delete(sa.table("posts"))], False),
        ("SET LOCAL ROLE owners", True),
        ("ALTER TABLE posts OWNER TO app", True),
        ({"postgresql": "GRANT ALL ON posts TO app"}, True),
        ("CALL anything()", True),
        (ops.NOOP, False),
    ],
)
def test_sql_behind_which_rights_may_differ(sql: object, hands_out: bool) -> None:
    """Told by its words; a step in Python may do anything."""
    assert ops.RunSQL(sql, reverse=ops.NOOP).hands_out_rights is hands_out
    assert ops.RunPython(print, reverse=ops.NOOP).hands_out_rights
