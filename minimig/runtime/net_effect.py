"""The schema that the first steps of a run lead to, made in one transaction together with the rows of all of them.

Where the database refuses it, nothing has happened, and the steps run one by one: then the step at fault says what is
wrong, in its own words.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.lock import check_held, holds
from minimig.dialects.phrases import Phrases
from minimig.dialects.reasons import reason
from minimig.errors import DatabaseError, MinimigError
from minimig.revisions.replay import Change
from minimig.runtime.events import Listener, NetEffectDone, NetEffectRefused, NetEffectStarted
from minimig.runtime.limits import Limits
from minimig.runtime.output import LiveOutput
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied, Recorder
from minimig.runtime.rehearsal import refuse_names, rehearse
from minimig.runtime.rows import row_changes


@dataclass(frozen=True)
class NetEffect:
    """Operations that stand for the first `count` steps of a run, and what was said when they were rehearsed.

    Whoever makes one has looked at the names that they give.
    """

    moves: tuple[Change, ...]
    count: int
    phrases: Phrases = field(default_factory=Phrases, compare=False, repr=False)


def take(
    net: NetEffect,
    recorder: Recorder,
    steps: Sequence[PreparedStep],
    rows: Sequence[Applied],
    limits: Limits,
    editor: SchemaEditor,
    listener: Listener,
) -> int:
    """How many steps of a run, whose version rows these are, are done by its net effect: those it is of, or none.

    Raises DatabaseError where the connection is lost: nobody knows then whether it has happened. Where the steps are to
    run after all, they are rehearsed first: raises as `rehearse` does.
    """
    connection, beginning = limits.connection, steps[: net.count]
    told = [change.row for step, row in zip(beginning, rows, strict=False) for change in row_changes(step, row)]
    if holds(connection):
        check_held(connection)
    listener(NetEffectStarted(tuple(row.revision for row in rows), net.count))
    started = time.perf_counter()
    output = LiveOutput(connection)
    editor.phrases = net.phrases
    try:
        with editor.transaction(connection):
            for operation, before, after in net.moves:
                limits.before(operation, editor, output)
                operation.execute(editor, before, after)
            editor.finish()
            recorder.record_all(connection, told)
    except (sa.exc.DBAPIError, MinimigError) as error:
        limits.unsure()
        if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
            raise DatabaseError(
                f"the connection was lost: {reason(error)}",
                hint="run the same command again: all of the beginning is there and recorded, or nothing of it",
            ) from error
        listener(NetEffectRefused(reason(error) if isinstance(error, sa.exc.DBAPIError) else error.message))
        refuse_names(beginning, editor)
        rehearse(beginning, connection.dialect)
        return 0
    listener(NetEffectDone(time.perf_counter() - started))
    return net.count
