"""Whether a run that is one transaction will hold more locks than the server has room for, told before it starts."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.runtime.events import Crowded, Listener
from minimig.runtime.prepare import PreparedStep
from minimig.state.shared import differing


def crowded(connection: sa.Connection, steps: Sequence[PreparedStep], editor: SchemaEditor) -> Crowded | None:
    """The warning, where there is reason for one. Steps in Python and SQL lock what nobody can count."""
    room = editor.lock_room(connection) if steps else None
    if room is None:
        return None
    locks = locks_taken(steps, editor)
    return Crowded(steps[0].step, locks, room) if locks > room else None


def warn_of_locks(
    connection: sa.Connection, steps: Sequence[PreparedStep], editor: SchemaEditor, listener: Listener
) -> None:
    """Let the listener know. A transaction that was not open stays so."""
    borrowed = connection.in_transaction()
    warning = crowded(connection, steps, editor)
    if not borrowed:
        connection.rollback()
    if warning is not None:
        listener(warning)


def locks_taken(steps: Sequence[PreparedStep], editor: SchemaEditor) -> int:
    """About how many objects the steps lock: each table that one of them touches, as large as it ever is."""
    most: dict[str, int] = {}
    for prepared in steps:
        for _, before, after in prepared.moves:
            for one, other in ((before.tables, after.tables), (after.tables, before.tables)):
                for key in differing(one, other):
                    table = one[key]
                    most[key] = max(most.get(key, 0), editor.locks_on(table))
                    for foreign in table.foreign_keys:
                        most.setdefault(foreign.target, 1)
    return sum(most.values())
