"""Models that no database could create are refused with the table, the key and what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, Table

from minimig.errors import ModelsError
from minimig.state.from_metadata import from_metadata
from minimig.state.parts import ForeignKeyState
from minimig.state.possible import refuse_impossible, refuse_numbering
from minimig.state.schema import SchemaState


def pointing(*items: sa.schema.SchemaItem, to: str = "target.code") -> SchemaState:
    """A table whose column points to another table, which has these items."""
    metadata = MetaData()
    Table("target", metadata, Column("id", Integer, primary_key=True), Column("code", Integer), *items)
    Table("t", metadata, Column("n", Integer, sa.ForeignKey(to, name="fk")))
    return from_metadata(metadata)


def uneven() -> SchemaState:
    """A key of two columns that points to one; SQLAlchemy makes none, a hand-made state could."""
    state = pointing(to="target.id")
    key = ForeignKeyState("fk2", ("n", "n"), "target", ("id",))
    return state.with_changed_table(state["t"].with_constraint(key))


REFUSED: dict[str, tuple[Callable[[], SchemaState], str, str]] = {
    "a table that is not there": (
        lambda: pointing(to="targets.id"),
        "foreign key fk of table t points to table targets, which is not in the models",
        "target",
    ),
    "a column that is not there": (
        lambda: pointing(to="target.cod"),
        "foreign key fk of table t points to target.cod, which does not exist",
        "code",
    ),
    "columns without a key": (
        pointing,
        "points to target (code), which is neither the primary key nor unique",
        "add a unique constraint over (code) to target, or point to its primary key (id)",
    ),
    "an index of some rows": (
        lambda: pointing(sa.Index("ix", "code", unique=True, postgresql_where=sa.text("code > 0"))),
        "neither the primary key nor unique",
        "(code)",
    ),
    "an index over an expression": (
        lambda: pointing(sa.Index("ix", sa.text("abs(code)"), unique=True)),
        "neither the primary key nor unique",
        "(code)",
    ),
    "columns that do not pair": (
        uneven,
        "foreign key fk2 of table t has 2 columns and points to 1",
        "one column there",
    ),
}
MERELY_INDEXED = {
    "an index": lambda: pointing(sa.Index("ix", "code", "id")),
    "a late constraint": lambda: pointing(sa.UniqueConstraint("code", deferrable=True)),
}
TAKEN = {
    "the primary key": lambda: pointing(to="target.id"),
    "a unique constraint": lambda: pointing(sa.UniqueConstraint("code")),
    "a unique index": lambda: pointing(sa.Index("ix", "code", unique=True)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_key_that_leads_nowhere_is_refused(case: str) -> None:
    """The error names table, key and what it points to, and the hint says what would do."""
    models, message, hint = REFUSED[case]
    with pytest.raises(ModelsError) as caught:
        refuse_impossible(models())
    assert message in caught.value.message
    assert hint in str(caught.value.hint)
    assert str(caught.value.where).startswith("t (n")


@pytest.mark.parametrize("case", TAKEN)
def test_a_key_to_what_is_unique_is_taken(case: str) -> None:
    """Primary keys, unique constraints and unique indexes are what a key may point to, everywhere."""
    refuse_impossible(TAKEN[case](), keys_need_unique=True)


@pytest.mark.parametrize("case", MERELY_INDEXED)
def test_an_index_is_enough_for_some_databases(case: str) -> None:
    """What MySQL and MariaDB take is refused only where another database is configured."""
    refuse_impossible(MERELY_INDEXED[case]())
    with pytest.raises(ModelsError, match="neither the primary key nor unique"):
        refuse_impossible(MERELY_INDEXED[case](), keys_need_unique=True)


def test_tables_of_others_are_not_asked() -> None:
    """Where a table is somebody else's, a key may point to whatever it has."""
    refuse_impossible(pointing(to="elsewhere.id"), is_foreign=lambda key: key == "elsewhere")


@pytest.mark.parametrize(
    "columns",
    [
        [Column(name, Integer, primary_key=True, autoincrement=True) for name in "ab"],
        [Column("a", sa.String(3), primary_key=True, autoincrement=True)],
    ],
)
def test_rows_are_numbered_once_and_by_whole_numbers(columns: list[Column[int]]) -> None:
    """What `create_all` refuses about autoincrement is refused when the models are read."""
    table = Table("t", MetaData(), *columns)
    with pytest.raises(ModelsError) as caught:
        refuse_numbering([table])
    assert caught.value.where == "table t"
