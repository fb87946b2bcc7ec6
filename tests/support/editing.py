"""Running operations through a schema editor, on a database or on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from minimig.dialects.registry import editor_class, editor_for
from minimig.operations.base import Operation
from minimig.operations.chain import reversed_operations, states
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.output import Recorder


def run(database: Database, operations: Iterable[Operation], before: SchemaState) -> SchemaState:
    """Execute operations as one migration; the state after them."""
    return ran(database, operations, before)[0]


def ran(database: Database, operations: Iterable[Operation], before: SchemaState) -> tuple[SchemaState, list[str]]:
    """As `run`, with the statements that were sent."""
    with database.engine.connect() as connection, editor_class(connection.dialect.name).transaction(connection):
        output = Recorder(connection)
        return _through(connection.dialect, output, operations, before), output.statements


def script(dialect: sa.Dialect, operations: Iterable[Operation], before: SchemaState) -> list[str]:
    """The statements as they are written without a database."""
    output = Recorder()
    _through(dialect, output, operations, before)
    return output.statements


def up_and_down(
    dialect: sa.Dialect, operations: Sequence[Operation], before: SchemaState
) -> tuple[list[str], list[str]]:
    """The statements of operations, and those of the way back to `before`, as they are written without a database."""
    back = reversed_operations(operations, before)
    return script(dialect, operations, before), script(dialect, back, states(operations, before)[-1])


def state_of(*tables: sa.Table) -> SchemaState:
    """The state of tables that share one MetaData."""
    return from_metadata(tables[0].metadata)


def _through(
    dialect: sa.Dialect, output: Recorder, operations: Iterable[Operation], before: SchemaState
) -> SchemaState:
    editor, state = editor_for(dialect, output), before
    for operation in operations:
        after = operation.state_forwards(state)
        operation.execute(editor, state, after)
        state = after
    editor.finish()
    return state
