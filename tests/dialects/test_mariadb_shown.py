"""SHOW CREATE TABLE of many tables in one question, and whatever is in the way of that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from minimig.dialects.mysql.shown import inspector_of
from support.databases import Database

NAMES = ("plain", "with space", "tick`ed", "per%cent", "semi;colon", "ünï")


@pytest.fixture
def connection(mariadb_database: Database) -> Iterator[sa.Connection]:
    """A connection to a database with tables of all kinds of names, each of which has a column of its number."""
    metadata = sa.MetaData()
    for number, name in enumerate(NAMES):
        sa.Table(name, metadata, sa.Column(f"c{number}", sa.String(10), server_default="a;b"))
    with mariadb_database.engine.connect() as connection:
        metadata.create_all(connection)
        yield connection


def asked(connection: sa.Connection) -> list[str]:
    """The statements from now on that show a table."""
    seen: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "SHOW CREATE TABLE" in statement:
            seen.append(statement)

    sa.event.listen(connection, "before_cursor_execute", listen)
    return seen


def columns(inspector: sa.Inspector, only: list[str] | None = None) -> dict[str, list[str]]:
    """The columns of each table."""
    found = inspector.get_multi_columns(filter_names=only)
    return {name: [row["name"] for row in rows] for (_, name), rows in found.items()}


def test_all_tables_are_one_question(connection: sa.Connection) -> None:
    """Each table is what the Inspector says of it, and is not asked for by itself, whatever its name."""
    wanted = columns(sa.inspect(connection))
    seen = asked(connection)
    assert columns(inspector_of(connection, None, None)) == wanted
    assert wanted == {name: [f"c{number}"] for number, name in enumerate(NAMES)}
    assert len(seen) == 1


def test_a_table_that_is_gone_spoils_no_other(connection: sa.Connection) -> None:
    """What stands behind a table that cannot be shown is asked for by itself, on a connection that still answers."""
    seen = asked(connection)
    inspector = inspector_of(connection, None, ["plain", "gone", "with space"])
    assert columns(inspector, ["plain", "with space"]) == {"plain": ["c0"], "with space": ["c1"]}
    assert [statement.startswith("BEGIN") for statement in seen] == [True, False]


def test_a_block_that_fails_at_once_costs_only_its_question(connection: sa.Connection) -> None:
    """As where the server knows no blocks: an error, and the Inspector asks as ever."""
    seen = asked(connection)
    inspector = inspector_of(connection, None, ["gone", "plain"])
    assert columns(inspector, ["plain"]) == {"plain": ["c0"]}
    assert [statement.startswith("BEGIN") for statement in seen] == [True, False]


def test_another_database(connection: sa.Connection) -> None:
    """Tables of a schema that is named."""
    schema = connection.exec_driver_sql("SELECT database()").scalar_one()
    inspector = inspector_of(connection, schema, None)
    seen = asked(connection)
    found = inspector.get_multi_columns(schema=schema)
    assert {name for _, name in found} == set(NAMES)
    assert seen == []
