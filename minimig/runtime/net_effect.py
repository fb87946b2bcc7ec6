"""The schema that the first steps of a run lead to, made in one transaction together with the rows of all of them.

Where the database refuses it, nothing has happened, and the steps run one by one: then the step at fault says what is
wrong, in its own words.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.lock import check_held, holds
from minimig.dialects.reasons import reason
from minimig.errors import DatabaseError, MinimigError
from minimig.revisions.replay import Change
from minimig.runtime.events import Listener, NetEffectDone, NetEffectRefused, NetEffectStarted
from minimig.runtime.limits import Limits
from minimig.runtime.output import LiveOutput
from minimig.runtime.recorder import Applied, Recorder


@dataclass(frozen=True)
class NetEffect:
    """Operations that stand for the first `count` steps of a run."""

    moves: tuple[Change, ...]
    count: int


def take(
    net: NetEffect,
    recorder: Recorder,
    rows: Sequence[Applied],
    limits: Limits,
    editor: SchemaEditor,
    listener: Listener,
) -> int:
    """How many steps of a run, whose version rows these are, are done by its net effect: those it is of, or none.

    Raises DatabaseError where the connection is lost: nobody knows then whether it has happened.
    """
    connection = limits.connection
    if holds(connection):
        check_held(connection)
    listener(NetEffectStarted(tuple(row.revision for row in rows), net.count))
    started = time.perf_counter()
    output = LiveOutput(connection)
    try:
        with editor.transaction(connection):
            for operation, before, after in net.moves:
                limits.before(operation, editor, output)
                operation.execute(editor, before, after)
            editor.finish()
            recorder.record_all(connection, rows[: net.count])
    except (sa.exc.DBAPIError, MinimigError) as error:
        limits.unsure()
        if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
            raise DatabaseError(
                f"the connection was lost: {reason(error)}",
                hint="run the same command again: all of the beginning is there and recorded, or nothing of it",
            ) from error
        listener(NetEffectRefused(reason(error) if isinstance(error, sa.exc.DBAPIError) else error.message))
        return 0
    listener(NetEffectDone(time.perf_counter() - started))
    return net.count
