"""Views on every database: created, replaced, in the way of a change, dropped, and back again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table

import minimig
from minimig import objects, ops
from minimig.errors import StateError, UnsupportedError
from minimig.operations.chain import reversed_operations, states
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import run

NAMES = "SELECT id, name FROM people"
LONG = "SELECT id, name FROM names WHERE name <> ''"


@pytest.fixture
def people(database: Database) -> MetaData:
    """A table of two people in the database."""
    metadata = MetaData()
    table = Table("people", metadata, Column("id", Integer, primary_key=True), Column("name", String(20)))
    metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        connection.execute(table.insert(), [{"id": 1, "name": "A"}, {"id": 2, "name": ""}])
    return metadata


def rows(database: Database, view: str) -> list[tuple[object, ...]]:
    """What a view shows."""
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {view} ORDER BY 1"))]


def test_views_come_change_and_go(database: Database, people: MetaData) -> None:
    """A view on a view is created, the one below replaced under it, and the way back takes all of it away."""
    up = [
        ops.CreateView("names", NAMES),
        ops.CreateView("long_names", LONG),
        ops.ReplaceView("names", "SELECT id, upper(name) AS name FROM people"),
    ]
    before = from_metadata(people)
    run(database, up[:2], before)
    assert rows(database, "long_names") == [(1, "A")]
    after = run(database, up[2:], states(up[:2], before)[-1])
    assert rows(database, "names") == [(1, "A"), (2, "")]
    assert rows(database, "long_names") == [(1, "A")]
    run(database, reversed_operations(up, before), after)
    with pytest.raises(sa.exc.DBAPIError):
        rows(database, "names")


def test_a_column_under_a_view_changes_its_type(database: Database, people: MetaData) -> None:
    """Views on a table do not stand in the way when a column of it changes its type."""
    before = run(database, [ops.CreateView("names", NAMES), ops.CreateView("long_names", LONG)], from_metadata(people))
    change = ops.AlterColumn("people", "name", type=String(80))
    after = run(database, [change], before)
    assert rows(database, "long_names") == [(1, "A")]
    run(database, [change.reverse(before)], after)
    assert rows(database, "names") == [(1, "A"), (2, "")]


def test_models_lead_to_files_that_make_them() -> None:
    """A declared view comes after its table, whatever else changes, and is dropped before it."""
    old, new = MetaData(), MetaData()
    people = Table("people", new, Column("id", Integer, primary_key=True), Column("age", Integer))
    objects.view(new, "ages", sa.select(people.c.id, people.c.age))
    up = minimig.diff(old, new)
    assert [operation.describe() for operation in up] == ["create table people (2 columns)", "create view ages"]
    down = minimig.diff(new, old)
    assert [operation.describe() for operation in down] == ["drop view ages", "drop table people"]


def test_a_view_redefined_with_its_table_makes_way() -> None:
    """A view whose table changes with it is dropped first and created last, with the view on top of it."""
    old, new = MetaData(), MetaData()
    for metadata, column in ((old, "age"), (new, "born")):
        people = Table("people", metadata, Column("id", Integer, primary_key=True), Column(column, Integer))
        objects.view(metadata, "times", sa.select(people.c.id, people.c[column]))
        objects.view(metadata, "ids", "SELECT id FROM times")
    assert [operation.describe() for operation in minimig.diff(old, new)] == [
        "drop view ids",
        "drop view times",
        "add column people.born",
        "drop column people.age",
        "create view times",
        "create view ids",
    ]


def test_a_view_alone_is_replaced() -> None:
    """Another definition on the same table is one operation, which reads back from its text."""
    old, new = MetaData(), MetaData()
    for metadata, condition in ((old, "id > 0"), (new, "id > 1")):
        Table("people", metadata, Column("id", Integer, primary_key=True))
        objects.view(metadata, "ids", f"SELECT id FROM people WHERE {condition}")
    (operation,) = minimig.diff(old, new)
    assert operation == ops.ReplaceView("ids", "SELECT id FROM people WHERE id > 1")
    assert "ReplaceView" in minimig.source([operation])


def test_a_view_that_is_gone_is_noticed(database: Database, people: MetaData) -> None:
    """Compared with the database, a view that somebody dropped is a difference, and one that is there is none."""
    objects.view(people, "names", NAMES)
    view = from_metadata(people).object("view names")
    with database.engine.connect() as connection:
        assert [o.describe() for o in minimig.diff(connection, people)] == ["create view names"]
    run(database, [ops.CreateView(view)], from_metadata(people).without_object("view names"))
    with database.engine.connect() as connection:
        assert minimig.diff(connection, people) == []


def test_a_materialized_view_is_refused_where_there_is_none(database: Database, people: MetaData) -> None:
    """Where the database has none, nothing is sent and the hint says how to say it; by dialect it is left out."""
    if database.kind == "postgresql":
        return
    before = from_metadata(people)
    with pytest.raises(UnsupportedError, match="has no materialized views, so view kept cannot be created") as refused:
        run(database, [ops.CreateView("kept", NAMES, materialized=True)], before)
    assert "give the definition by dialect" in str(refused.value)
    up = [
        ops.CreateView("kept", {"postgresql": NAMES}, materialized=True),
        ops.RefreshView("kept"),
        ops.ReplaceView("kept", {"postgresql": LONG}, materialized=True),
        ops.DropView("kept"),
    ]
    after = run(database, up, before)
    with database.engine.connect() as connection:
        assert minimig.diff(connection, states(up, before)[-2]) == []
    run(database, reversed_operations(up, before), after)


def test_only_materialized_views_are_refreshed(people: MetaData) -> None:
    """A plain view is never out of date, so an operation that says otherwise is a mistake."""
    state = ops.CreateView("names", NAMES).state_forwards(from_metadata(people))
    with pytest.raises(StateError, match="view names is not materialized"):
        ops.RefreshView("names").state_forwards(state)


def test_names_that_need_quotes(database: Database) -> None:
    """A query reads the same everywhere, with the quotes of each database around its names."""
    metadata = MetaData()
    order = Table("Order", metadata, Column("id", Integer, primary_key=True), Column("Select", Integer))
    objects.view(metadata, "My view", sa.select(order.c.Select.label("The sum")))
    up = minimig.diff(MetaData(), metadata)
    after = run(database, up, SchemaState())
    quote = "`" if database.kind == "mariadb" else '"'
    assert rows(database, f"{quote}My view{quote}") == []
    with database.engine.connect() as connection:
        assert minimig.diff(connection, metadata) == []
    run(database, reversed_operations(up, SchemaState()), after)
