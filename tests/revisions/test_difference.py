"""What counts as a difference between what was meant and what a file says."""

from __future__ import annotations

import sqlalchemy as sa

from minimig import ops
from minimig.autogenerate.optimizer import optimize
from minimig.revisions.difference import difference
from minimig.revisions.migration import NewMigration
from minimig.revisions.verification import verify
from minimig.revisions.writer import render
from minimig.state.schema import SchemaState

CHECK = sa.CheckConstraint("size > 0", name="a_check")
KEY = sa.ForeignKeyConstraint(["size"], ["posts.id"], name="a_key")


def test_a_constraint_that_was_folded_into_its_table_is_read_back() -> None:
    """Folding leaves the CHECK behind the key, reading sorts them: that is no difference, and the file is written."""
    create = ops.CreateTable("posts", sa.Column("id", sa.Integer, primary_key=True), sa.Column("size", sa.Integer), KEY)
    folded = optimize([create, ops.AddConstraint("posts", CHECK)], SchemaState())
    assert [list(each.table.constraints) for each in folded] == [["a_key", "a_check"]]
    migration = NewMigration("blog", "0001_initial", "Create posts.", (), tuple(folded), (ops.DropTable("posts"),))
    verify(render(migration), migration)


def test_the_order_of_columns_counts() -> None:
    """A table is created with its columns in order, so another order is something else."""
    one = ops.CreateTable("posts", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
    other = ops.CreateTable("posts", sa.Column("b", sa.Integer), sa.Column("a", sa.Integer))
    assert difference(one, other) is not None
    assert difference(one, ops.CreateTable("posts", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))) is None
