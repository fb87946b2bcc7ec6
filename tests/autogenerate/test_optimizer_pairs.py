"""Each pair of operations on one thing, and what is left of it: the cases of Django's optimizer, and our own."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from minimig import ops
from minimig.autogenerate.optimizer import optimize
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.state.schema import SchemaState

BEFORE = states(
    [
        ops.CreateTable(
            "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Text), sa.Column("b", sa.Text)
        ),
        ops.CreateTable("u", sa.Column("id", sa.Integer, primary_key=True), sa.Column("t_id", sa.Integer)),
        ops.CreateIndex("ix_a", "t", ["a"]),
        ops.AddConstraint("t", sa.UniqueConstraint("b", name="uq_b")),
    ],
    SchemaState(),
)[-1]


def c(type_: Any = sa.Text, name: str = "c") -> sa.Column[Any]:
    """A new column."""
    return sa.Column(name, type_)


def new(*items: sa.schema.SchemaItem) -> ops.CreateTable:
    """A table that was not there before."""
    return ops.CreateTable("n", sa.Column("id", sa.Integer, primary_key=True), *items)


FOLDS: dict[str, tuple[list[Operation], list[Operation]]] = {
    # --- a column
    "add, alter": (
        [ops.AddColumn("t", c(sa.Integer)), ops.AlterColumn("t", "c", type=sa.Text)],
        [ops.AddColumn("t", c())],
    ),
    "add, rename": (
        [ops.AddColumn("t", sa.Column("x", sa.Text)), ops.RenameColumn("t", "x", "c")],
        [ops.AddColumn("t", c())],
    ),
    "add, drop": ([ops.AddColumn("t", c()), ops.DropColumn("t", "c")], []),
    "alter, alter": (
        [ops.AlterColumn("t", "a", comment="x"), ops.AlterColumn("t", "a", server_default="y")],
        [ops.AlterColumn("t", "a", comment="x", server_default="y")],
    ),
    "alter, drop": (
        [ops.AlterColumn("u", "t_id", comment="x"), ops.DropColumn("u", "t_id")],
        [ops.DropColumn("u", "t_id")],
    ),
    "rename, rename": (
        [ops.RenameColumn("t", "a", "x"), ops.RenameColumn("t", "x", "y")],
        [ops.RenameColumn("t", "a", "y")],
    ),
    "rename, rename back": ([ops.RenameColumn("t", "a", "x"), ops.RenameColumn("t", "x", "a")], []),
    "rename, drop": (
        [ops.DropIndex("ix_a", "t"), ops.RenameColumn("t", "a", "x"), ops.DropColumn("t", "x")],
        [ops.DropIndex("ix_a", "t"), ops.DropColumn("t", "a")],
    ),
    "alter, rename, drop": (
        [
            ops.DropIndex("ix_a", "t"),
            ops.AlterColumn("t", "a", comment="x"),
            ops.RenameColumn("t", "a", "x"),
            ops.DropColumn("t", "x"),
        ],
        [ops.DropIndex("ix_a", "t"), ops.DropColumn("t", "a")],
    ),
    # --- an index, a constraint
    "create index, drop": ([ops.CreateIndex("ix", "t", ["b"]), ops.DropIndex("ix", "t")], []),
    "create index, rename": (
        [ops.CreateIndex("x", "t", ["b"]), ops.RenameIndex("x", "ix", "t")],
        [ops.CreateIndex("ix", "t", ["b"])],
    ),
    "rename index, drop": (
        [ops.RenameIndex("ix_a", "x", "t"), ops.DropIndex("x", "t")],
        [ops.DropIndex("ix_a", "t")],
    ),
    "add constraint, drop": (
        [ops.AddConstraint("u", sa.ForeignKeyConstraint(["t_id"], ["t.id"], name="fk")), ops.DropConstraint("fk", "u")],
        [],
    ),
    "rename constraint, rename": (
        [ops.RenameConstraint("uq_b", "x", "t"), ops.RenameConstraint("x", "y", "t")],
        [ops.RenameConstraint("uq_b", "y", "t")],
    ),
    "rename constraint, drop": (
        [ops.RenameConstraint("uq_b", "x", "t"), ops.DropConstraint("x", "t")],
        [ops.DropConstraint("uq_b", "t")],
    ),
    # --- a table that is new
    "create, add column": ([new(), ops.AddColumn("n", c())], [new(c())]),
    "create, alter column": ([new(c(sa.Integer)), ops.AlterColumn("n", "c", type=sa.Text)], [new(c())]),
    "create, rename column": ([new(sa.Column("x", sa.Text)), ops.RenameColumn("n", "x", "c")], [new(c())]),
    "create, drop column": ([new(c()), ops.DropColumn("n", "c")], [new()]),
    "create, swap two names": (
        [
            new(sa.Column("x", sa.Text), sa.Column("y", sa.Integer)),
            ops.RenameColumn("n", "x", "z"),
            ops.RenameColumn("n", "y", "x"),
            ops.RenameColumn("n", "z", "y"),
        ],
        [new(sa.Column("x", sa.Integer), sa.Column("y", sa.Text))],
    ),
    "create, index and constraint": (
        [
            new(c()),
            ops.CreateIndex("ix", "n", ["c"]),
            ops.AddConstraint("n", sa.UniqueConstraint("c", name="x")),
            ops.RenameConstraint("x", "uq", "n"),
        ],
        [new(c(), sa.Index("ix", "c"), sa.UniqueConstraint("c", name="uq"))],
    ),
    "create, index renamed and dropped": (
        [new(c(), sa.Index("x", "c")), ops.RenameIndex("x", "y", "n"), ops.DropIndex("y", "n")],
        [new(c())],
    ),
    "create, alter table": (
        [new(), ops.AlterTable("n", comment="x", mysql_engine="InnoDB")],
        [ops.CreateTable("n", sa.Column("id", sa.Integer, primary_key=True), comment="x", mysql_engine="InnoDB")],
    ),
    "create, rename": (
        [ops.CreateTable("m", sa.Column("id", sa.Integer, primary_key=True)), ops.RenameTable("m", "n")],
        [new()],
    ),
    "create, everything, drop": (
        [
            new(),
            ops.AddColumn("n", c()),
            ops.CreateIndex("ix", "n", ["c"]),
            ops.RenameTable("n", "m"),
            ops.DropTable("m"),
        ],
        [],
    ),
    # --- a table that was there
    "rename table, rename back": ([ops.RenameTable("t", "x"), ops.RenameTable("x", "t")], []),
    "rename table, drop": ([ops.RenameTable("u", "x"), ops.DropTable("x")], [ops.DropTable("u")]),
    "change much, drop": (
        [ops.AddColumn("u", c()), ops.CreateIndex("ix", "u", ["c"]), ops.DropColumn("u", "t_id"), ops.DropTable("u")],
        [ops.DropTable("u")],
    ),
    "alter table, alter table": (
        [ops.AlterTable("t", comment="x"), ops.AlterTable("t", mysql_engine="InnoDB")],
        [ops.AlterTable("t", comment="x", mysql_engine="InnoDB")],
    ),
    # --- over what stands between and does not mind
    "alter, elsewhere, alter": (
        [ops.AlterColumn("t", "a", comment="x"), new(), ops.AlterColumn("t", "a", comment="y")],
        [ops.AlterColumn("t", "a", comment="y"), new()],
    ),
}


@pytest.mark.parametrize("case", FOLDS)
def test_a_pair_folds(case: str) -> None:
    """What two operations on one thing come to is one, or none, and leads to the same state."""
    long, short = FOLDS[case]
    folded = optimize(long, BEFORE)
    assert states(folded, BEFORE)[-1] == states(long, BEFORE)[-1]
    assert folded == short
