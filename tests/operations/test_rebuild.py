"""The order of columns: what operations say of it, and who refuses it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from minimig import ops
from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.optimizer import optimize
from minimig.dialects.registry import dialect_of
from minimig.errors import StateError, UnsupportedError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.state.schema import SchemaState
from support.editing import script

CREATE = ops.CreateTable("t", *(sa.Column(name, sa.Integer) for name in "abc"))
BEFORE = CREATE.state_forwards(SchemaState())


def order(*operations: Operation) -> list[str]:
    """The columns of `t` after these operations."""
    return list(states(operations, BEFORE)[-1]["t"].columns)


def added(name: str, **place: str) -> ops.AddColumn:
    """A new integer column."""
    return ops.AddColumn("t", sa.Column(name, sa.Integer), **place)


def test_a_column_is_added_where_it_is_said() -> None:
    """At the end, before or after another, also beside one that is only just added."""
    assert order(added("x")) == ["a", "b", "c", "x"]
    assert order(added("x", before="a"), added("y", after="x")) == ["x", "y", "a", "b", "c"]
    assert order(added("x", after="c")) == ["a", "b", "c", "x"]


def test_a_place_that_makes_no_sense_is_refused() -> None:
    """Both sides at once, a neighbour that is not there, a column named twice or unknown."""
    with pytest.raises(StateError, match="before a and after b"):
        added("x", before="a", after="b")
    with pytest.raises(StateError, match="no column 'z'"):
        order(added("x", after="z"))
    with pytest.raises(StateError, match="names a column twice"):
        order(ops.RebuildTable("t", order=["a", "b", "a"]))
    with pytest.raises(StateError, match="no column 'z'"):
        order(ops.RebuildTable("t", order=["a", "z"]))


def test_some_or_all_columns_are_ordered() -> None:
    """Those that are named stand together where the first of them stood."""
    assert order(ops.RebuildTable("t", order=["c", "b", "a"])) == ["c", "b", "a"]
    assert order(ops.RebuildTable("t", order=["c", "a"])) == ["b", "c", "a"]
    assert order(ops.RebuildTable("t", order=["a", "c"])) == ["a", "c", "b"]
    assert order(ops.RebuildTable("t")) == ["a", "b", "c"]


def test_order_is_no_difference_and_is_restored() -> None:
    """No diff proposes it, and the way back knows the former order."""
    change = ops.RebuildTable("t", order=["c", "a"])
    after = change.state_forwards(BEFORE)
    assert diff(BEFORE, after) == []
    assert list(change.reverse(BEFORE).state_forwards(after)["t"].columns) == ["a", "b", "c"]


def test_folding_keeps_the_place() -> None:
    """A column that is altered or renamed right away is added in its place; a new table takes the order in."""
    folded = optimize([added("x", before="b"), ops.RenameColumn("t", "x", "y"), added("z", after="y")], BEFORE)
    assert folded == [added("y", before="b"), added("z", after="y")]
    whole = optimize([CREATE, added("x", before="a"), ops.RebuildTable("t", order=["c", "a"])], SchemaState())
    assert [type(operation) for operation in whole] == [ops.CreateTable]
    assert list(whole[0].state_forwards(SchemaState())["t"].columns) == ["x", "b", "c", "a"]


@pytest.mark.parametrize("change", [added("x", before="b"), ops.RebuildTable("t"), ops.RebuildTable("t", order=["c"])])
def test_postgresql_refuses_it_before_the_first_statement(change: Operation) -> None:
    """It adds columns at the end only; the error says what to leave out."""
    with pytest.raises(UnsupportedError, match="leave"):
        script(dialect_of("postgresql+psycopg://"), [change], BEFORE)


def test_mariadb_moves_only_what_has_to_move() -> None:
    """One ALTER TABLE with MODIFY ... AFTER; FORCE when the order is right."""
    dialect = dialect_of("mariadb+pymysql://")
    assert script(dialect, [ops.RebuildTable("t", order=["c", "a"])], BEFORE) == [
        "ALTER TABLE t MODIFY COLUMN b INTEGER FIRST, MODIFY COLUMN c INTEGER AFTER b"
    ]
    assert script(dialect, [ops.RebuildTable("t")], BEFORE) == ["ALTER TABLE t FORCE"]
    assert script(dialect, [added("x", before="a"), added("y", after="b")], BEFORE) == [
        "ALTER TABLE t ADD COLUMN x INTEGER FIRST",
        "ALTER TABLE t ADD COLUMN y INTEGER AFTER b",
    ]
