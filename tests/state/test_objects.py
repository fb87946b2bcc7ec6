"""Objects as values: what they build on, what is declared, and the SQL that they keep."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table

from minimig import objects
from minimig.errors import ModelsError, StateError
from minimig.state.definition import Definition
from minimig.state.dependencies import in_order
from minimig.state.expressions import selects_all
from minimig.state.from_metadata import from_metadata
from minimig.state.objects import kind_and_name, plain_name


@pytest.fixture
def metadata() -> MetaData:
    """One table."""
    metadata = MetaData()
    Table("people", metadata, Column("id", Integer, primary_key=True), Column("name", String(20)))
    return metadata


def test_a_trigger_and_its_function_may_share_a_name(metadata: MetaData) -> None:
    """The place where an object says its own name makes no dependency, so there is no circle."""
    objects.function(metadata, "stamp", {"postgresql": "CREATE FUNCTION stamp() RETURNS trigger AS 'BEGIN END'"})
    objects.trigger(
        metadata, "stamp", "people", "CREATE TRIGGER stamp BEFORE INSERT ON people EXECUTE FUNCTION stamp()"
    )
    objects.view(metadata, "stamps", "SELECT stamp(name) FROM people")
    state = from_metadata(metadata)
    assert [item.key for item in in_order(state)] == ["function stamp", "trigger people.stamp", "view stamps"]
    assert state.needs(state.object("trigger people.stamp")) == ("people", "function stamp")


def test_keys_of_functions_hold_their_arguments() -> None:
    """A key with commas and blanks in it still has one kind and one name."""
    assert kind_and_name("function shop.f(text, double precision)") == ("function", "shop.f(text, double precision)")
    assert plain_name("function shop.f(text, double precision)") == "f"
    assert kind_and_name("event trigger audit") == ("event trigger", "audit")
    assert kind_and_name("shop.people") == ("", "shop.people")


def test_objects_of_a_known_kind_are_no_custom_ones(metadata: MetaData) -> None:
    """`sort="view"` would be a second way to say the same, so it is refused."""
    with pytest.raises(StateError, match="view v cannot be an object of the user's own sort"):
        objects.custom(metadata, "view", "v", create="CREATE VIEW v AS SELECT 1", drop="DROP VIEW v")


def test_two_definitions_of_one_object_are_refused(metadata: MetaData) -> None:
    """Declared again with the same SQL it is one object; with other SQL somebody has to decide."""
    first = objects.view(metadata, "v", "SELECT 1 AS one")
    assert objects.view(metadata, "v", "\n    SELECT 1 AS one;\n") == first
    with pytest.raises(ModelsError, match="view v is declared twice"):
        objects.view(metadata, "v", "SELECT 2 AS one")


def test_tables_that_stand_for_views_are_no_tables(metadata: MetaData) -> None:
    """`info={"is_view": True}`, as many projects mark them."""
    Table("v", metadata, Column("id", Integer, primary_key=True), info={"is_view": True})
    Table("w", metadata, Column("id", Integer), info={"is_view": False})
    assert sorted(from_metadata(metadata).tables) == ["people", "w"]


def test_views_of_sqlalchemy_are_declared_views(metadata: MetaData) -> None:
    """`sa.CreateView` of SQLAlchemy 2.1 and later leaves a Table in the MetaData; a temporary view is nobody's."""
    people = metadata.tables["people"]
    if not hasattr(sa, "CreateView"):
        assert sa.__version__.startswith("2.0")
        return
    sa.CreateView(sa.select(people.c.id), "v", metadata=metadata, schema="shop")
    sa.CreateView(sa.select(people.c.id), "m", metadata=metadata, materialized=True)
    sa.CreateView(sa.select(people.c.id), "t", metadata=metadata, temporary=True)
    state = from_metadata(metadata)
    assert list(state.tables) == ["people"]
    assert sorted(state.objects) == ["schema shop", "view m", "view shop.v"]
    expected = objects.view(MetaData(), "v", sa.select(people.c.id), schema="shop")
    assert state.object("view shop.v") == expected
    assert state.object("view m").said["materialized"] is True


def test_a_query_that_means_something_else_on_mysql_has_its_own_text() -> None:
    """`||` is OR there: a query is compiled for MySQL, and kept where that says something else."""
    people = sa.table("people", sa.column("id"), sa.column("name", sa.String), sa.column("Order"))
    plain = Definition.of(sa.select(people.c.id, people.c.Order))
    assert plain.plain == 'SELECT people.id, people."Order"\nFROM people'
    joined = Definition.of(sa.select((people.c.name + "!").label("n")))
    assert joined.on("postgresql") == "SELECT people.name || '!' AS n\nFROM people"
    assert joined.on("mariadb") == "SELECT concat(people.name, '!') AS n\nFROM people"


@pytest.mark.parametrize(
    ("sql", "all_of_them"),
    [
        ("SELECT * FROM t", True),
        ("select t.*, u.id FROM t", True),
        ("SELECT DISTINCT * FROM t", True),
        ("SELECT count(*) FROM t", False),
        ("SELECT a * b, '* ' FROM t", False),
        ("SELECT ',*' FROM t", False),
    ],
)
def test_a_star_that_stands_for_columns(sql: str, *, all_of_them: bool) -> None:
    """Not the one that multiplies, counts, or stands in a string."""
    assert selects_all(sql) is all_of_them


def test_texts_are_cleaned_once() -> None:
    """Margin, blanks at line ends and the last semicolon are gone, and what is left stays as it is."""
    text = Definition.of("\n    CREATE FUNCTION f()\n        AS $$\n\n        SELECT 1;  \n    $$;\n")
    assert text.plain == "CREATE FUNCTION f()\n    AS $$\n\n    SELECT 1;\n$$"
    assert Definition.of(str(text)) == text
    with pytest.raises(StateError, match="definition is empty"):
        Definition.of(" ; ")
