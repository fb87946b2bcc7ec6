"""The rows looked at before the first statement of a run: those that a later one would stumble over are counted.

In: what prepared steps demand, and a connection outside a transaction. Only what is true of the rows now and when the
operation runs is asked for: the table and its columns are there, and nothing before it in the run writes them, or may
write anything (a step in Python, SQL). Each demand is one query. One that takes too long, or that the database refuses,
is passed over and told; the operation itself still fails then, only later. (Prisma looks for NULLs where it warns;
Atlas has such checks in its paid part; all others find out from the database, in the middle.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.offenders import Offenders, in_words
from minimig.errors import DatabaseError
from minimig.operations.base import Operation, states_here
from minimig.operations.footprint import Key
from minimig.revisions.replay import Change
from minimig.runtime.events import CheckSkipped, Listener
from minimig.runtime.journal import Journal
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.retrying import Patience
from minimig.stages import Stage, Tell, untold

LONGEST = Patience(lock=2.0, statement=10.0)
"""How long a single query may wait and run, where the database can limit that."""


@dataclass(frozen=True)
class RowsLookedAt(Stage):
    """The rows that an operation would stumble over were counted."""

    revision: str
    operation: Operation
    what: str
    count: int


Demand = tuple[PreparedStep, int, Offenders]


def demands(steps: Sequence[PreparedStep], editor: SchemaEditor, made: Iterable[Change] = ()) -> Iterator[Demand]:
    """What the steps demand of rows that are there now, as far as it can be known from here.

    What is `made` before the first of them has none.
    """
    written: set[Key] = {key for operation, before, _ in made for key in operation.footprint(before).writes}
    for prepared in steps:
        for position, (operation, before, after) in enumerate(prepared.moves):
            touched = operation.footprint(before)
            here = states_here(editor, before, after)
            is_new = (operation.home or "", "") in written
            for found in operation.offenders(editor, *here) if here and not is_new else ():
                if written.isdisjoint(found.reads):
                    yield prepared, position, found
            if touched.everything or operation.runs_code or operation.runs_sql:
                return
            written.update(touched.writes)


def refuse_rows(
    connection: sa.Connection,
    editor: SchemaEditor,
    journal: Journal,
    found: Sequence[Demand],
    listener: Listener,
    tell: Tell = untold,
) -> None:
    """Raise DatabaseError for rows that do not meet one of the demands.

    Not where an earlier run was interrupted: then nothing is as it says.
    """
    if not found:
        return
    notes = journal.read(connection)
    connection.rollback()
    if not any(note.is_begun for note in notes):
        refuse_offenders(connection, editor, found, listener, tell)


def refuse_offenders(
    connection: sa.Connection, editor: SchemaEditor, found: Sequence[Demand], listener: Listener, tell: Tell = untold
) -> None:
    """Raise DatabaseError for the first demand that rows do not meet, with their number and a few of them."""
    waiting = editor.waiting(connection)
    for prepared, position, offenders in found:
        try:
            waiting.limit(LONGEST.lock, LONGEST.statement)
            count = int(connection.execute(offenders.count).scalar_one())
            samples = connection.execute(offenders.samples).all() if count else []
        except sa.exc.DBAPIError as error:
            connection.rollback()
            waiting.unsure()
            reason = " ".join(str(error.orig).split())[:200]
            listener(CheckSkipped(prepared.step, f"{offenders.what}", reason))
            continue
        connection.rollback()
        waiting.unsure()
        tell(RowsLookedAt(prepared.step.revision, prepared.moves[position].operation, offenders.what, count))
        if count:
            waiting.restore()
            raise _error(prepared, position, offenders, count, samples)
    waiting.restore()


def _error(
    prepared: PreparedStep, position: int, offenders: Offenders, count: int, samples: Sequence[sa.Row[tuple[object]]]
) -> DatabaseError:
    names = samples[0]._fields if samples else ()
    shown = [
        "  " + ", ".join(f"{name} = {in_words(value)}" for name, value in zip(names, row, strict=True))
        for row in samples
    ]
    more = ["  ..."] if count > len(samples) else []
    operation = prepared.moves[position].operation.describe()
    head = f"{prepared.step.revision} would fail at {operation}: {count} {offenders.what}"
    return DatabaseError(
        "\n".join([head, *shown, *more]), where=prepared.where(position), hint=offenders.hint, code="MM512"
    )
