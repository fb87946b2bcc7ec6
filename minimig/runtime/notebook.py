"""When notes are written: with the rows that they tell of, ahead of what commits by itself, or with the next note.

On MariaDB a transaction holds rows and nothing else. It stays open from one operation to the next, with the notes of
what it did, and ends where the schema is changed: so a failure takes back every row since then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from minimig.runtime.journal import Journal, Note
from minimig.runtime.output import LiveOutput
from minimig.runtime.stages import NotesWritten
from minimig.stages import Tell, untold


class Notebook:
    """The journal of one migration on one connection. Nothing that goes through it counts as the migration's."""

    def __init__(
        self,
        connection: sa.Connection,
        journal: Journal,
        output: LiveOutput,
        tell: Tell = untold,
        noted: Iterable[Note] = (),
    ) -> None:
        """`noted` is all that the journal may hold."""
        self._connection = connection
        self._journal = journal
        self._output = output
        self._tell = tell
        self._rows: sa.RootTransaction | None = None
        self._there = {note.place for note in noted}
        self.later: list[Note] = []
        """Notes that can wait for the next one: what is planned, and what is done where the schema tells so."""

    @property
    def in_rows(self) -> bool:
        """Whether a transaction is open in which only rows were changed."""
        return self._rows is not None

    def begin_rows(self) -> None:
        """Open that transaction, if it is not."""
        if self._rows is None:
            self._rows = self._connection.begin()

    def end_rows(self) -> None:
        """Commit it, if it is open."""
        if self._rows is not None:
            with self._output.uncounted():
                self._rows.commit()
            self._rows = None
            self.settle()

    def abandon(self) -> None:
        """Roll it back, if it is open."""
        if self._rows is not None:
            if self._rows.is_active:  # a step may have ended it
                self._rows.rollback()
            self._rows = None
            self._output.statements = max(self._output.settled, self._output.kept)  # the rest does not count any more

    def commit(self, notes: Sequence[Note]) -> None:
        """Write notes and commit them, with the rows that were changed since the last commit."""
        self.begin_rows()
        self.write(notes)
        self.end_rows()

    def commit_later(self) -> None:
        """Commit what was to be noted with the next note, if there is anything."""
        if self.later:
            self.commit([])

    def write(self, notes: Sequence[Note]) -> None:
        """Write notes in the transaction that is open."""
        later, self.later = self.later, []
        self._tell(NotesWritten((*later, *notes)))
        with self._output.uncounted():
            self._journal.write(self._connection, [*later, *notes], self._there)
        self._there.update(note.place for note in (*later, *notes))  # rolled back or not

    def forget(self, revision: str) -> None:
        """Remove all notes of a migration that is finished."""
        with self._output.uncounted():
            self._journal.forget(self._connection, revision)

    def settle(self) -> None:
        """What was sent so far stays, whatever comes."""
        self._output.settled = self._output.statements

    def end_reading(self) -> None:
        """End the transaction that looking at the database opened, unless it is that of the rows."""
        if self._rows is None and self._connection.in_transaction():
            self._connection.rollback()
