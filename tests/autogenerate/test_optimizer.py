"""Folding: what vanishes, what merges, and what must stay because something stands between."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from minimig import ops
from minimig.autogenerate.optimizer import optimize
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.state.schema import SchemaState


def table(name: str, *items: sa.schema.SchemaItem) -> ops.CreateTable:
    """CREATE TABLE with a key and more."""
    return ops.CreateTable(name, sa.Column("id", sa.Integer, primary_key=True), *items)


def text(name: str, **options: object) -> sa.Column[str]:
    """A column of text."""
    return sa.Column(name, sa.Text, **options)


def points(name: str, target: str) -> sa.ForeignKeyConstraint:
    """A foreign key over one column."""
    return sa.ForeignKeyConstraint([name], [target], name=f"fk_{name}")


USERS, TAGS = table("users", text("nick")), table("tags", text("users_id"))
DATA = ops.RunSQL("UPDATE users SET nick = ''", reverse=ops.NOOP)

FOLDED = {
    "created table takes later edits": (
        [
            table("t", text("a")),
            ops.AddColumn("t", text("b")),
            ops.RenameColumn("t", "b", "c"),
            ops.CreateIndex("ix", "t", ["c"]),
            ops.AlterColumn("t", "a", nullable=False),
            ops.RenameTable("t", "u"),
        ],
        [table("u", text("a", nullable=False), text("c"), sa.Index("ix", "c"))],
    ),
    "created and dropped": ([table("t"), ops.AddColumn("t", text("b")), ops.DropTable("t")], []),
    "over what does not matter": (
        [table("t"), TAGS, ops.AddColumn("t", text("b"))],
        [table("t", text("b")), TAGS],
    ),
    "foreign key to a table that was there": (
        [USERS, table("t", sa.Column("u", sa.Integer)), TAGS, ops.AddConstraint("t", points("u", "users.id"))],
        [USERS, table("t", sa.Column("u", sa.Integer), points("u", "users.id")), TAGS],
    ),
    "foreign key to a table that comes later": (
        [table("t", sa.Column("u", sa.Integer)), USERS, ops.AddConstraint("t", points("u", "users.id"))],
        [USERS, table("t", sa.Column("u", sa.Integer), points("u", "users.id"))],
    ),
    "altered twice": (
        [
            USERS,
            DATA,
            ops.AlterColumn("users", "nick", comment="a", type=sa.String(40)),
            ops.AlterColumn("users", "nick", comment="b", nullable=False, fill="''"),
        ],
        [
            USERS,
            DATA,
            ops.AlterColumn("users", "nick", comment="b", type=sa.String(40), nullable=False, fill="''"),
        ],
    ),
    "chains of renames": (
        [
            USERS,
            DATA,
            ops.RenameColumn("users", "nick", "a"),
            ops.RenameColumn("users", "a", "b"),
            ops.RenameTable("users", "x"),
            ops.RenameTable("x", "users"),
        ],
        [USERS, DATA, ops.RenameColumn("users", "nick", "b")],
    ),
    "renamed and dropped": (
        [USERS, DATA, ops.AlterColumn("users", "nick", comment="x"), ops.RenameTable("users", "x"), ops.DropTable("x")],
        [USERS, DATA, ops.DropTable("users")],
    ),
    "added under another name": (
        [USERS, DATA, ops.CreateIndex("a", "users", ["nick"]), ops.RenameIndex("a", "b", "users")],
        [USERS, DATA, ops.CreateIndex("b", "users", ["nick"])],
    ),
}

KEPT: dict[str, list[Operation]] = {
    "a data step between": [USERS, DATA, ops.AddColumn("users", text("b"))],
    "foreign key of a knot": [
        table("t", sa.Column("u", sa.Integer)),
        table("users", sa.Column("t", sa.Integer), points("t", "t.id")),
        ops.AddConstraint("t", points("u", "users.id")),
    ],
    "conversions of the same values": [
        USERS,
        DATA,
        ops.AlterColumn("users", "nick", type=sa.Integer, using="length(nick)"),
        ops.AlterColumn("users", "nick", type=sa.Text, using="nick || 'x'"),
    ],
    "last column of a table": [
        ops.CreateTable("t", text("a")),
        ops.RunSQL("SELECT 1", reverse=ops.NOOP),
        ops.RenameColumn("t", "a", "b"),
        ops.AddColumn("t", text("a")),
        ops.DropColumn("t", "b"),
    ],
    "primary key and constraint of one name": [
        ops.CreateTable("t", text("a", nullable=False), sa.UniqueConstraint("a", name="n")),
        DATA,
        ops.AddConstraint("t", sa.PrimaryKeyConstraint("a", name="n")),
        ops.DropConstraint("n", "t"),
    ],
}


@pytest.mark.parametrize("case", FOLDED)
def test_folds(case: str) -> None:
    """Each list of operations becomes the shorter one that leads to the same state."""
    long, short = FOLDED[case]
    assert states(long, SchemaState())[-1] == states(short, SchemaState())[-1]
    assert optimize(long, SchemaState()) == short


@pytest.mark.parametrize("case", KEPT)
def test_keeps(case: str) -> None:
    """What could only be folded past something that minds stays as it is."""
    assert optimize(KEPT[case], SchemaState()) == KEPT[case]
