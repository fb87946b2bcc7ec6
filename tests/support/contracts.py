"""Up and down on a real database, with rows in place: what every contract scenario asserts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.dialects.compare import database_state
from minimig.dialects.worded import worded
from minimig.operations.base import Operation
from minimig.operations.chain import reversed_operations, states
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from minimig.state.to_metadata import to_metadata
from support.databases import Database
from support.editing import run

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

NAMED_TYPES = """
    SELECT typname FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
    WHERE typtype IN ('e', 'd') AND nspname !~ '^(pg_|information_schema$)' ORDER BY 1
"""


def made(database: Database, metadata: sa.MetaData, rows: Rows) -> SchemaState:
    """The tables of a MetaData, made by the editor under test, with rows in them."""
    state = from_metadata(metadata)
    run(database, diff(SchemaState(), state), SchemaState())
    with database.engine.begin() as connection:
        for name, table in to_metadata(state).tables.items():
            for row in rows.get(name, ()):
                connection.execute(sa.insert(table), row)
    return state


def there(database: Database, operations: Sequence[Operation], before: SchemaState) -> SchemaState:
    """Run the operations; the database holds the state after them, and what is asked twice is answered twice."""
    after = run(database, operations, before)
    holds(database, after)
    return after


def there_and_back(database: Database, operations: Sequence[Operation], before: SchemaState) -> None:
    """Run the operations and their reverse: each time the database holds the state, in the end with the same rows."""
    held = contents(database, before)
    after = there(database, operations, before)
    back = reversed_operations(operations, before)
    assert states(back, after)[-1] == before
    there(database, back, after)
    assert contents(database, before) == held


def holds(database: Database, state: SchemaState) -> None:
    """The database, asked in its own words and in those of the state, has what the state says and nothing else."""
    with database.engine.connect() as connection:
        expected, live = database_state(connection, state)
        assert live == expected
        live = worded(connection, state)
        assert diff(live, state) == []
        assert live == state


def contents(database: Database, state: SchemaState) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table, sorted."""
    with database.engine.connect() as connection:
        return {
            key: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for key, table in to_metadata(state).tables.items()
        }


def column(database: Database, table: str, name: str) -> list[Any]:
    """The values of one column as text, in the order of the primary key called id."""
    query = sa.select(sa.cast(sa.column(name), sa.String(80))).select_from(sa.table(table)).order_by(sa.column("id"))
    with database.engine.connect() as connection:
        return list(connection.execute(query).scalars())


def cleared(database: Database, state: SchemaState) -> None:
    """Drop every table: nothing is left behind, on PostgreSQL no type either."""
    run(database, diff(state, SchemaState()), state)
    with database.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
        if database.kind == "postgresql":
            assert connection.execute(sa.text(NAMED_TYPES)).scalars().all() == []
