"""What one database refuses and another takes: our word against that of the database itself."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Index, Integer, MetaData, Table

from minimig import objects, ops
from minimig.autogenerate.autodetector import diff
from minimig.dialects.registry import dialect_of, editor_for
from minimig.errors import UnsupportedError
from minimig.operations.chain import states
from minimig.runtime.output import LiveOutput, PaperOutput
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database

LONG = "n" * 70


def table(metadata: MetaData, name: str, *items: sa.schema.SchemaItem) -> None:
    """A table with a key and a number."""
    Table(name, metadata, Column("id", Integer, primary_key=True), Column("n", Integer), *items)


def two(*items: Callable[[], sa.schema.SchemaItem]) -> MetaData:
    """Two tables, each with one of two items."""
    metadata = MetaData()
    for name, item in zip(("one", "other"), items, strict=True):
        table(metadata, name, item())
    return metadata


def both(metadata: MetaData, *items: sa.schema.SchemaItem) -> MetaData:
    """One table more, with these items."""
    table(metadata, "t", *items)
    return metadata


def with_view(name: str, *items: sa.schema.SchemaItem) -> MetaData:
    """A table, and a view of this name."""
    metadata = both(MetaData(), *items)
    objects.view(metadata, name, "SELECT 1 AS a")
    return metadata


def unique(name: str) -> sa.UniqueConstraint:
    """A unique constraint."""
    return sa.UniqueConstraint("n", name=name)


def check(name: str) -> sa.CheckConstraint:
    """A CHECK."""
    return sa.CheckConstraint("n > 0", name=name)


def key(name: str) -> sa.ForeignKeyConstraint:
    """A foreign key to the first table."""
    return sa.ForeignKeyConstraint(["n"], ["one.id"], name=name)


def computed_key(*, stored: bool) -> MetaData:
    """A table whose primary key is computed."""
    metadata = MetaData()
    Table("t", metadata, Column("a", Integer, sa.Computed("1 + 1", persisted=stored), primary_key=True))
    return metadata


def named_key(name: str) -> MetaData:
    """A table whose primary key has a name of its own, beside another."""
    metadata = MetaData()
    table(metadata, "one", Index("x", "n"))
    Table("other", metadata, Column("id", Integer), sa.PrimaryKeyConstraint("id", name=name))
    return metadata


MODELS: dict[str, Callable[[], MetaData]] = {
    "two indexes in two tables": lambda: two(lambda: Index("x", "n"), lambda: Index("x", "n")),
    "two indexes that meet when cut": lambda: two(lambda: Index(LONG, "n"), lambda: Index(LONG, "n")),
    "index and unique in two tables": lambda: two(lambda: Index("x", "n"), lambda: unique("x")),
    "two uniques in two tables": lambda: two(lambda: unique("x"), lambda: unique("x")),
    "two checks in two tables": lambda: two(lambda: check("x"), lambda: check("x")),
    "two foreign keys in two tables": lambda: two(lambda: key("x"), lambda: key("x")),
    "index and check in two tables": lambda: two(lambda: Index("x", "n"), lambda: check("x")),
    "index and primary key": lambda: named_key("x"),
    "index of another table's name": lambda: two(lambda: Index("other", "n"), lambda: Index("x", "n")),
    "view of an index's name": lambda: with_view("x", Index("x", "n")),
    "view of a table's name": lambda: with_view("t"),
    "unique and check in one table": lambda: both(MetaData(), unique("x"), sa.CheckConstraint("n > 0", name="y")),
    "two indexes of other names": lambda: two(lambda: Index("x", "n"), lambda: Index("y", "n")),
    "a computed primary key": lambda: computed_key(stored=False),
    "a stored computed primary key": lambda: computed_key(stored=True),
}


def refusal(dialect: sa.Dialect, state: SchemaState) -> str | None:
    """What our editor for a dialect says against models, on paper."""
    try:
        editor_for(dialect, PaperOutput(dialect)).refuse_models(state)
    except UnsupportedError as error:
        return f"{error.message}, {error.hint}"
    return None


@pytest.mark.parametrize("case", MODELS)
def test_the_database_agrees(database: Database, case: str) -> None:
    """Models are refused exactly where the database itself refuses to create them."""
    state = from_metadata(MODELS[case]())
    operations = diff(SchemaState(), state)
    along = states(operations, SchemaState())
    refused = None
    with database.engine.connect() as connection:
        editor = editor_for(connection.dialect, LiveOutput(connection))
        try:
            for operation, before, after in zip(operations, along, along[1:], strict=False):
                operation.database_forwards(editor, before, after)
            editor.finish()
        except (sa.exc.DBAPIError, UnsupportedError) as error:
            refused = str(error)
        said = refusal(connection.dialect, state)
    assert (said is None) == (refused is None), (said, refused)


@pytest.mark.parametrize(
    ("url", "case"),
    [
        ("mssql+pymssql://", "two checks in two tables"),
        ("mssql+pymssql://", "two uniques in two tables"),
        ("oracle://", "index and unique in two tables"),
        ("oracle://", "two foreign keys in two tables"),
        ("mssql+pymssql://", "a computed primary key"),
    ],
)
def test_on_paper_others_refuse_too(url: str, case: str) -> None:
    """SQL Server and Oracle have namespaces of their own, known without a connection."""
    assert refusal(dialect_of(url), from_metadata(MODELS[case]())) is not None


@pytest.mark.parametrize(
    ("url", "refused"), [("mssql+pymssql://", True), ("oracle://", True), ("postgresql://", False)]
)
def test_two_identities_in_one_table(url: str, refused: bool) -> None:
    """SQL Server and Oracle number the rows of a table once, PostgreSQL as often as one likes."""
    metadata = MetaData()
    Table("t", metadata, Column("a", Integer, sa.Identity()), Column("b", Integer, sa.Identity()))
    assert (refusal(dialect_of(url), from_metadata(metadata)) is not None) is refused


def test_a_name_that_became_free_is_not_refused() -> None:
    """Along a run a name may go from one table to another, but not the other way round."""
    dialect = dialect_of("postgresql://")
    start = from_metadata(two(lambda: Index("x", "n"), lambda: Index("y", "n")))
    moves = [ops.DropIndex("x", "one"), ops.RenameIndex("y", "x", "other")]
    editor = editor_for(dialect, PaperOutput(dialect))
    along = states(moves, start)
    for before, after in pairwise(along):
        editor.refuse_names(before, after)
    with pytest.raises(UnsupportedError, match="index x of table other and index x of table one have one name"):
        editor.refuse_names(along[-1], ops.CreateIndex("x", "one", ["n"]).state_forwards(along[-1]))


def test_a_table_that_is_gone_leaves_its_name_in_any_case() -> None:
    """Where a database takes two tables of one run for one, it is those that are there together."""
    dialect = dialect_of("sqlite://")
    tables = [ops.CreateTable(name, Column("a", Integer)) for name in ("words", "WORDS", "Words")]
    moves = [tables[0], ops.DropTable("words"), tables[1], ops.RenameTable("WORDS", "other"), tables[2]]
    editor = editor_for(dialect, PaperOutput(dialect))
    along = states(moves, SchemaState())
    for before, after in pairwise(along):
        editor.refuse_names(before, after)
    with pytest.raises(UnsupportedError, match="takes the tables 'Words' and 'WORDS' for one"):
        editor.refuse_names(along[-1], tables[1].state_forwards(along[-1]))


def test_a_clash_that_is_there_already_stops_nothing_else() -> None:
    """A database that has two of a name, however it came by them, is migrated as before."""
    dialect = dialect_of("postgresql://")
    start = from_metadata(MODELS["two indexes in two tables"]())
    with pytest.raises(UnsupportedError, match="one namespace for them in each schema"):
        editor_for(dialect, PaperOutput(dialect)).refuse_names(SchemaState(), start)
    after = ops.AddColumn("one", Column("more", Integer)).state_forwards(start)
    editor_for(dialect, PaperOutput(dialect)).refuse_names(start, after)
    with pytest.raises(UnsupportedError, match="index x of table three"):
        editor_for(dialect, PaperOutput(dialect)).refuse_names(
            start, ops.CreateTable("three", Column("a", Integer), Index("x", "a")).state_forwards(start)
        )
