"""Tables and columns that are renamed under views, triggers and functions, on every database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table

import minimig
from minimig import objects, ops
from minimig.autogenerate.questioner import Answers
from minimig.errors import StateError
from minimig.operations.chain import reversed_operations
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import run


def models(table: str, column: str, *, star: bool = False) -> MetaData:
    """A table, a view on it, and a view on that."""
    metadata = MetaData()
    people = Table(table, metadata, Column("id", Integer, primary_key=True), Column(column, String(20)))
    objects.view(metadata, "named", f"SELECT * FROM {table}" if star else sa.select(people.c.id, people.c[column]))
    objects.view(metadata, "upon", f"SELECT {column} FROM named")
    objects.view(metadata, "ids", "SELECT id FROM named")
    return metadata


@pytest.mark.parametrize(
    ("before", "after", "renames"),
    [
        (models("people", "name"), models("users", "name"), {"people": "users"}),
        (models("people", "name"), models("people", "title"), {"people.name": "title"}),
        (models("people", "name"), models("users", "title"), {"people": "users", "users.name": "title"}),
        (models("people", "name", star=True), models("people", "title", star=True), {"people.name": "title"}),
    ],
    ids=["table", "column", "both", "star"],
)
def test_a_rename_under_views(database: Database, before: MetaData, after: MetaData, renames: dict[str, str]) -> None:
    """Views are dropped first and created last, so rows stay, and the way back works on databases that lose track."""
    state = run(database, minimig.diff(MetaData(), before), SchemaState())
    (old,), (new,) = before.tables.values(), after.tables.values()
    with database.engine.begin() as connection:
        connection.execute(old.insert().values([1, "a"]))
    up = minimig.diff(before, after, questioner=Answers(renames=renames))
    words = [operation.describe().partition(" ")[0] for operation in up]
    assert words == ["drop"] * 3 + ["rename"] * len(renames) + ["create"] * 3
    changed = run(database, up, state)
    for metadata, table in ((after, new), (before, old)):
        column = list(table.c)[1].name
        with database.engine.connect() as connection:
            assert connection.execute(sa.text(f"SELECT {column} FROM upon")).scalar() == "a"
            assert minimig.diff(connection, metadata) == []
        if metadata is after:
            run(database, reversed_operations(up, state), changed)


def test_a_rename_by_hand_under_a_view_is_refused() -> None:
    """The error names the view and says what to do; what no view names may be renamed."""
    state = from_metadata(models("people", "name"))
    with pytest.raises(StateError, match="table people cannot be renamed: view named speaks of it") as refused:
        ops.RenameTable("people", "users").state_forwards(state)
    assert "drop view named in an operation before the rename" in str(refused.value)
    with pytest.raises(StateError, match=r"column people.name cannot be renamed: view named speaks of it"):
        ops.RenameColumn("people", "name", "title").state_forwards(state)
    free = ops.AddColumn("people", Column("age", Integer)).state_forwards(state)
    renamed = ops.RenameColumn("people", "age", "years").state_forwards(free)
    assert "years" in renamed["people"].columns


def test_what_was_declared_follows_a_renamed_table() -> None:
    """`depends_on` names the table by its new key; a function may go on speaking of the old one."""
    metadata = MetaData()
    Table("people", metadata, Column("id", Integer, primary_key=True))
    objects.view(metadata, "far", "SELECT 1 AS one", depends_on=["people"])
    objects.function(metadata, "f", {"postgresql": "CREATE FUNCTION f() RETURNS int AS 'SELECT id FROM people'"})
    after = ops.RenameTable("people", "users").state_forwards(from_metadata(metadata))
    assert after.needs(after.object("view far")) == ("users",)
    assert after.needs(after.object("function f")) == ()


def test_a_view_of_all_columns_is_made_anew_when_they_change(database: Database) -> None:
    """Most databases write out `*` when a view is created, so it is created again when its table has other columns."""
    before, after = models("people", "name", star=True), models("people", "name", star=True)
    after.tables["people"].append_column(Column("age", Integer))
    state = run(database, minimig.diff(MetaData(), before), SchemaState())
    up = minimig.diff(before, after)
    assert "add column people.age" in [o.describe() for o in up]
    changed = run(database, up, state)
    with database.engine.connect() as connection:
        assert [c["name"] for c in sa.inspect(connection).get_columns("named")] == ["id", "name", "age"]
        assert minimig.diff(connection, after) == []
    run(database, reversed_operations(up, state), changed)
    with database.engine.connect() as connection:
        assert minimig.diff(connection, before) == []
