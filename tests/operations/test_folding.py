"""Two operations become one only where the rows end up the same: tried on a real table with rows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

import minimig
from minimig import ops
from minimig.autogenerate.optimizer import optimize
from minimig.operations.base import Operation
from minimig.state.schema import SchemaState
from support.databases import Database

START = [ops.CreateTable("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer))]

LISTS: dict[str, list[Operation]] = {
    "a default that goes again": [
        ops.AddColumn("t", sa.Column("s", sa.Text, nullable=False, server_default="old")),
        ops.AlterColumn("t", "s", server_default=None),
    ],
    "a default that changes": [
        ops.AddColumn("t", sa.Column("s", sa.Text, server_default="old")),
        ops.AlterColumn("t", "s", server_default="new"),
    ],
    "a fill that is loosened": [
        ops.AddColumn("t", sa.Column("s", sa.Text)),
        ops.AlterColumn("t", "s", nullable=False, fill="'x'"),
        ops.AlterColumn("t", "s", nullable=True),
    ],
    "a fill of a column that goes": [
        ops.AddColumn("t", sa.Column("b", sa.Integer), fill="a + 1"),
        ops.AddColumn("t", sa.Column("s", sa.Integer, nullable=False), fill="b * 2"),
        ops.DropColumn("t", "b"),
    ],
    "a fill and a new type": [
        ops.AddColumn("t", sa.Column("s", sa.Integer), fill="5"),
        ops.AlterColumn("t", "s", type=sa.Text),
    ],
    "a column made NOT NULL afterwards": [
        ops.AddColumn("t", sa.Column("s", sa.Integer)),
        ops.AlterColumn("t", "s", nullable=False, fill="a"),
    ],
}


def outcome(database: Database, operations: Sequence[Operation]) -> list[tuple[object, ...]]:
    """The rows of the table after these operations ran on a table with two rows."""
    before = SchemaState()
    with database.engine.begin() as connection:
        state = minimig.apply(connection, START, before)
        connection.execute(sa.text("INSERT INTO t (id, a) VALUES (1, 10), (2, 20)"))
        minimig.apply(connection, operations, state)
        rows = connection.execute(sa.text("SELECT id, a, s FROM t ORDER BY id")).all()
    database.clear()
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("operations", LISTS.values(), ids=LISTS)
def test_folding_leaves_the_same_rows(database: Database, operations: list[Operation]) -> None:
    """A list and its optimized form give the same rows."""
    state = START[0].state_forwards(SchemaState())
    assert outcome(database, optimize(operations, state)) == outcome(database, operations)


def test_a_fill_in_one_step_is_still_folded() -> None:
    """Adding a nullable column and making it NOT NULL with a value is one AddColumn."""
    state = START[0].state_forwards(SchemaState())
    [folded] = optimize(LISTS["a column made NOT NULL afterwards"], state)
    assert folded == ops.AddColumn("t", sa.Column("s", sa.Integer, nullable=False), fill="a")


def test_a_renamed_column_is_followed_by_options_that_name_it() -> None:
    """Operator classes and included columns follow a rename; a value that merely equals the name does not."""
    [created] = [
        ops.CreateTable(
            "t",
            sa.Column("hash", sa.Text),
            sa.Column("c", sa.Text),
            sa.Index("ix", "hash", postgresql_using="hash", postgresql_ops={"hash": "text_pattern_ops"}),
            sa.Index("iy", "c", postgresql_include=["hash"]),
        )
    ]
    before = created.state_forwards(SchemaState())
    rename = ops.RenameColumn("t", "hash", "digest")
    after = rename.state_forwards(before)
    options = dict(after["t"].index("ix").options)
    assert options["postgresql_using"] == "hash"
    assert dict(options["postgresql_ops"]) == {"digest": "text_pattern_ops"}
    assert dict(after["t"].index("iy").options)["postgresql_include"] == ("digest",)
    assert rename.reverse(before).state_forwards(after) == before
