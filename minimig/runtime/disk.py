"""The room that the copy of a table takes, looked at before the first statement of a run.

Only where the database tells of its own disk (SQLite) and rebuilds tables. While there is room for the whole file once
more nothing is asked. Otherwise the steps are gone through on paper to see which tables are copied, and a run is
refused that would write more than fits for certain: the content of one table, as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.output import REASON, Values
from minimig.dialects.registry import editor_for
from minimig.dialects.rights import no_room
from minimig.dialects.why import COPIED
from minimig.errors import DatabaseError, MinimigError
from minimig.runtime.output import PaperOutput
from minimig.runtime.prepare import PreparedStep
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState

_MARGIN = 2**20


class _Copies(PaperOutput):
    """Notes whether a table is copied for certain; where its rows may perhaps stay, that is not so."""

    copied = False

    def execute(
        self,
        statement: str | sa.ClauseElement,
        parameters: Values | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.copied = self.copied or (options or {}).get(REASON) == COPIED


def refuse_full_disk(connection: sa.Connection, editor: SchemaEditor, steps: Sequence[PreparedStep]) -> None:
    """Raise DatabaseError for the copy of a table that does not fit on the disk."""
    room = None if editor.room is no_room or not steps else editor.room(connection)
    if room is None or room.free >= room.size + _MARGIN:
        return
    try:
        for prepared, position, table in _copied(steps, connection.dialect):
            needed = room.content(connection, table.name)
            if needed > room.free:
                raise DatabaseError(
                    f"{prepared.step.revision} copies table {table.key}, and the disk is too full for it:"
                    f" at least {_megabytes(needed)} are needed, {_megabytes(room.free)} are free in {room.place}",
                    where=prepared.where(position),
                    hint="make room, then run the same command again; --no-precheck (precheck=False) tries it as it is;"
                    " nothing was changed",
                )
    finally:
        connection.rollback()


def _copied(steps: Sequence[PreparedStep], dialect: sa.Dialect) -> Iterator[tuple[PreparedStep, int, TableState]]:
    """The tables that are there now and are copied as they are, each with the operation that asks for it."""
    written: set[str] = set()
    for prepared in steps:
        for position, (operation, before, after) in enumerate(prepared.moves):
            if operation.runs_code or operation.runs_sql:
                return  # which may empty the table
            home = operation.home
            if home in before.tables and home not in written and _same_columns(before, after, str(home)):
                output = _Copies(dialect)
                editor = editor_for(dialect, output)
                try:
                    operation.execute(editor, before, after)
                    editor.finish()
                except MinimigError:
                    continue
                if output.copied:
                    yield prepared, position, before[str(home)]
            elif home is not None:
                written.add(home)


def _same_columns(before: SchemaState, after: SchemaState, key: str) -> bool:
    """Whether the copy holds all that the table holds."""
    new = after.tables.get(key)
    old = before[key]
    if new is None or new.schema is not None:
        return False
    kept = {name: column.type for name, column in new.columns.items() if column.computed is None}
    return all(kept.get(name) == column.type for name, column in old.columns.items() if column.computed is None)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
