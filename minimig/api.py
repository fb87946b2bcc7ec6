"""The pieces that minimig is made of, as plain functions: schemas as values, and operations between them.

Nothing here touches the working directory or logging, reads a configuration or needs a project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff as diff_states
from minimig.autogenerate.hooks import NO_HOOKS, Hooks
from minimig.autogenerate.questioner import NeverRename, Questioner
from minimig.dialects.registry import dialect_of, editor_for, normalizer_for, reader_for
from minimig.dialects.worded import worded
from minimig.operations.base import Operation
from minimig.operations.chain import execute, reversed_operations, states
from minimig.operations.chain import named as named_by_convention
from minimig.revisions.replay import changes
from minimig.revisions.serializer import operations_source
from minimig.runtime.output import LiveOutput, ScriptOutput
from minimig.runtime.recorder import Recorder
from minimig.runtime.rehearsal import rehearse_moves
from minimig.state.from_metadata import from_metadata
from minimig.state.reflection import reflect as reflect_connection
from minimig.state.schema import SchemaState
from minimig.state.seen import included, is_included

_is_ours = Recorder().owns

Source = sa.MetaData | SchemaState | sa.Connection
"""Where a schema can be read from."""


def diff(
    before: Source,
    after: Source,
    *,
    dialect: sa.Dialect | str | None = None,
    questioner: Questioner | None = None,
    hooks: Hooks = NO_HOOKS,
) -> list[Operation]:
    """The operations that lead from one schema to another.

    A connection is compared in the spelling of its database, so that models and a live database can be told apart by
    what matters; `dialect` asks for the same between two schemas without a database. Without a `questioner` nothing is
    taken for a rename. Tables that only the database has are among the differences. `hooks` say what counts, what is
    the same and which rules look; a table that they do not include is not read.
    """
    live = next((side for side in (before, after) if isinstance(side, sa.Connection)), None)
    known = live.dialect if live is not None else dialect_of(f"{dialect}://") if isinstance(dialect, str) else dialect
    old, new = _comparable(before, after, known, hooks)
    return diff_states(old, new, questioner=questioner or NeverRename(), hooks=replace(hooks, dialect=known))


def _comparable(
    before: Source, after: Source, dialect: sa.Dialect | None, hooks: Hooks
) -> tuple[SchemaState, SchemaState]:
    """Both sides as states that may be compared: that of a connection in the words of the other one."""

    def ignore(key: str) -> bool:
        return _is_ours(key) or not is_included(hooks.include, key)

    if isinstance(before, sa.Connection):
        like = included(hooks.include, snapshot(after))
        return worded(before, like, ignore), like
    if isinstance(after, sa.Connection):
        like = included(hooks.include, snapshot(before))
        return like, worded(after, like, ignore)
    if dialect is None:
        return snapshot(before), snapshot(after)
    normalizer = normalizer_for(dialect)
    return normalizer.normalize(snapshot(before)), normalizer.normalize(snapshot(after))


def snapshot(source: Source) -> SchemaState:
    """A schema as a value. A connection is reflected; the version table of minimig is left out then."""
    if isinstance(source, SchemaState):
        return source
    if isinstance(source, sa.MetaData):
        return from_metadata(source)
    return reflect(source)


def reflect(connection: sa.Connection) -> SchemaState:
    """The schema of a live database (its default schema), without minimig's own version table."""
    return reflect_connection(connection, reader_for(connection.dialect), ignore=_is_ours)


def apply(connection: sa.Connection, operations: Sequence[Operation], before: SchemaState) -> SchemaState:
    """Execute operations on a connection that is at the state `before`; returns the state after.

    Raises UnsupportedError before the first statement for what the database cannot be told at all.

    Commits nothing: the transaction is the caller's. On SQLite foreign-key enforcement must be off while tables are
    rebuilt, which is only possible before the transaction begins.
    """
    moves = changes(operations, before)
    along = [before, *(move.after for move in moves)]
    rehearse_moves(moves, connection.dialect, lambda number: f"operation {number + 1}: {operations[number].describe()}")
    editor = editor_for(connection.dialect, LiveOutput(connection))
    editor.join(connection)
    execute(editor, operations, along)
    editor.finish()
    return along[-1]


def named(operations: Sequence[Operation], metadata: sa.MetaData) -> list[Operation]:
    """The operations with the names that they leave out as the naming convention of `metadata` has them."""
    return list(named_by_convention(operations, metadata.naming_convention))


def reverse(operations: Sequence[Operation], before: SchemaState) -> list[Operation]:
    """The operations that lead back to `before`. Raises IrreversibleError."""
    return list(reversed_operations(operations, before))


def sql(operations: Sequence[Operation], before: SchemaState, dialect: sa.Dialect | str) -> list[str]:
    """The statements of operations on a dialect (`"postgresql"`, or a dialect object), without a database."""
    spelled = dialect_of(f"{dialect}://") if isinstance(dialect, str) else dialect
    output = ScriptOutput(spelled)
    editor = editor_for(spelled, output)
    along = states(operations, before)
    execute(editor, operations, along)
    editor.finish()
    return output.lines


def source(operations: Sequence[Operation]) -> str:
    """The Python text of operations, as it stands in the list of a revision file."""
    return operations_source(operations)[0]
