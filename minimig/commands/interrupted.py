"""Migrations that an earlier run left half-done: what is known of them, and what may be done about it.

The journal tells. A run that would do something else first is refused: its states would not be those of the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from minimig.commands.awaiting import on_its_loop
from minimig.commands.executing import alone
from minimig.commands.project import Project
from minimig.errors import HistoryError, TargetError, nearest
from minimig.runtime.batches import Cursor
from minimig.runtime.journal import Note, Status
from minimig.runtime.plan import Direction
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied


@dataclass(frozen=True)
class HalfDone:
    """A migration that was begun and not finished. `done` are its noted pieces that took effect for certain.

    `started` is the text of a statement that was sent and of which nobody heard, as far as the journal keeps it.
    """

    revision: str
    direction: str
    done: int
    noted: int
    started: str | None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "revision": self.revision,
            "direction": self.direction,
            "done": self.done,
            "noted": self.noted,
            "started": self.started,
        }


def half_done(project: Project, connection: sa.Connection, rows: Iterable[Applied] = ()) -> tuple[HalfDone, ...]:
    """What the journal knows of unfinished migrations, and rows whose way back was begun."""
    borrowed = connection.in_transaction()
    notes = project.recorder.journal.read(connection)
    if not borrowed:
        connection.rollback()
    begun = dict.fromkeys(note.revision for note in notes if note.is_begun)
    found = {revision: [note for note in notes if note.revision == revision] for revision in begun}
    bare = [row for row in rows if row.unfinished and row.revision not in found]
    return (
        *(_told(revision, of) for revision, of in found.items()),
        *(HalfDone(row.revision, str(row.unfinished), 0, 0, None) for row in bare),
    )


def _told(revision: str, notes: Sequence[Note]) -> HalfDone:
    started = next((note for note in notes if note.status in (Status.STARTED, Status.OPEN)), None)
    done = sum(note.status == Status.DONE for note in notes)
    text = None if started is None else _in_words(started)
    return HalfDone(revision, notes[0].direction, done, len(notes), text)


def _in_words(note: Note) -> str:
    walk = Cursor.noted(note)
    if walk is not None:
        return f"operation {note.operation + 1}, a walk along a table: {walk.done} of {walk.total} rows done"
    return note.statement or f"operation {note.operation + 1}"


def refuse_half_done(
    project: Project, connection: sa.Connection, rows: Sequence[Applied], prepared: Sequence[PreparedStep]
) -> None:
    """Raise HistoryError where something is half-done that this run would not finish before all else.

    A run without steps asks nothing more unless its rows, which it has read, tell of a journal or of a way back that
    was begun. It leaves alone what has a file, and so its turn in another run.
    """
    if not prepared and rows and not any(row.unfinished or row.journal for row in rows):
        return
    files = frozenset[str]() if prepared else {header.revision for header in project.headers}
    planned = [(step.step.revision, str(step.step.direction)) for step in prepared]
    for half in half_done(project, connection, rows):
        this = (half.revision, half.direction)
        if not prepared and half.direction == Direction.FORWARD and not _is_lost(project, half, files):
            continue
        if this not in planned or not _needed_by(project, half, planned[: planned.index(this)]):
            raise HistoryError(
                f"{half.revision} is half {'applied' if half.direction == Direction.FORWARD else 'taken back'}:"
                " an earlier run was interrupted in it",
                where=project.database_name,
                hint=f"finish it first: {way_on(project, half)}; or undo by hand what it did and run minimig repair"
                f" --forget {half.revision}; nothing was changed",
                code="MM603",
            )


def _needed_by(project: Project, half: HalfDone, before: Sequence[tuple[str, str]]) -> bool:
    """Whether all steps that come before a half-done one have to: its file depends on them, or theirs on it."""
    first = frozenset(revision for revision, _ in before)
    graph = project.graph_at(frozenset([half.revision]))
    if not first or half.revision not in graph.headers:
        return True
    forward = half.direction == Direction.FORWARD
    return first <= (graph.ancestors([half.revision]) if forward else graph.descendants([half.revision]))


def _is_lost(project: Project, half: HalfDone, files: Collection[str]) -> bool:
    """Whether it has no file, and is of an app of this project: others may share the version table."""
    return half.revision not in files and half.revision.partition(".")[0] in project.settings.apps


def way_on(project: Project, half: HalfDone) -> str:
    """The command that finishes it, behind what it needs first."""
    app, _, name = half.revision.partition(".")
    if half.direction == Direction.FORWARD:
        there = any(header.revision == half.revision for header in project.headers)
        return f"{'' if there else 'put its file back, then '}minimig migrate {app} {name}"
    graph = project.graph_at(frozenset([half.revision]))
    parents = graph.parents(half.revision) if half.revision in graph.headers else ()
    before = next((parent for parent in parents if graph.headers[parent].app == app), None)
    return f"minimig migrate {app} {before.partition('.')[2] if before else 'zero'}"


@on_its_loop
def list_half_done(project: Project) -> tuple[HalfDone, ...]:
    """What is half-done in the configured database."""
    with project.connect() as connection:
        return half_done(project, connection, project.applied(connection))


@on_its_loop
def forget_half_done(project: Project, word: str, lock_timeout: float | None = None) -> HalfDone:
    """Forget what the journal knows of a migration, which then begins anew. Raises TargetError when it knows nothing.

    What it did must have been undone by hand: minimig cannot know.
    """
    with (
        project.connect() as connection,
        alone(project, connection, lock_timeout),
    ):
        found = half_done(project, connection, project.applied(connection))
        names = {half.revision: half for half in found}
        half = next((h for r, h in names.items() if word in (r, r.partition(".")[2])), None)
        if half is None:
            raise TargetError(
                f"{word} is not half-done",
                hint=nearest(word, names) or "minimig repair tells what is",
            )
        with connection.begin():
            project.recorder.forget_unfinished(connection, half.revision)
    return half
