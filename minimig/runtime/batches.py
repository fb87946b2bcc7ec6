"""A walk along a table, carried out: one batch after the other, each in one transaction with how far it has come.

In: a connection outside a transaction, the walk, and what an earlier run noted of it. The note holds the last key and
the number of rows; it is written in the transaction of the batch, so that both are there or neither, whenever the run
is killed. A batch that meets a lock or a deadlock is rolled back and tried again by itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.walk import Place, Walk, key_of, key_text, key_words
from minimig.errors import DatabaseError
from minimig.runtime.events import Listener, Progressed, Retrying
from minimig.runtime.journal import Note, Status
from minimig.runtime.plan import Step
from minimig.runtime.retrying import Patience, Tell, persist

T = TypeVar("T")


@dataclass(frozen=True)
class Cursor:
    """How far a walk has come: the last key, the rows changed, and how many there were to change when it began."""

    last: Place | None
    done: int
    total: int

    def text(self) -> str:
        """As the journal keeps it."""
        return json.dumps({"rows": self.done, "of": self.total, "last": self.last and key_text(self.last)})

    @classmethod
    def noted(cls, note: Note | None) -> Cursor | None:
        """What the note of an earlier run tells; None where there is none."""
        if note is None or note.statement is None:
            return None
        try:
            told = json.loads(note.statement)
        except ValueError:
            return None  # the note of a statement
        return cls(key_of(told["last"]) if told["last"] is not None else None, told["rows"], told["of"])


@dataclass(frozen=True)
class Reports:
    """What a walk calls on its way."""

    note: Callable[[Cursor], None]
    """Writes how far the walk has come, in the transaction that is open."""

    done: Callable[[], None]
    """Writes that it is done, in the transaction that is open."""

    settled: Callable[[], None]
    """A batch was committed."""

    progress: Callable[[int, int, float], None]
    """Rows changed, of how many, and the seconds that this run took for those that it changed."""

    again: Tell
    """A batch is tried again."""

    @classmethod
    def of(
        cls,
        step: Step,
        words: str,
        note: Note,
        begun: Cursor | None,
        attempts: int,
        *,
        write: Callable[[Sequence[Note]], None],
        settled: Callable[[], None],
        listener: Listener,
    ) -> Reports:
        """Those of an operation, in its `words`: notes into the journal, events to the listener."""
        earlier = 0 if begun is None else begun.done
        return cls(
            note=lambda now: write([replace(note, statement=now.text())]),
            done=lambda: write([note.told(Status.DONE)]),
            settled=settled,
            progress=lambda done, total, took: listener(Progressed(step, words, done, total, took, earlier)),
            again=lambda tried, pause, why: listener(Retrying(step, tried, attempts, pause, why)),
        )


class BatchRun:
    """One walk on one connection."""

    def __init__(
        self, connection: sa.Connection, editor: SchemaEditor, walk: Walk, patience: Patience, reports: Reports
    ) -> None:
        self.connection = connection
        self.editor = editor
        self.walk = walk
        self.patience = patience
        self.reports = reports

    def run(self, cursor: Cursor | None) -> None:
        """Walk on from where an earlier run came to, or from the start, to the end.

        Raises DatabaseError, naming the keys, for a batch that fails; those before it stay.
        """
        began = time.monotonic()
        now = self._persist(self._begin) if cursor is None else cursor
        self.reports.progress(now.done, now.total, 0.0)
        while True:
            started = time.monotonic()
            following = self._persist(lambda now=now: self._batch(now))  # type: ignore[misc]
            if following is None:
                return
            now = following
            self.reports.progress(now.done, max(now.total, now.done), time.monotonic() - began)
            if self.walk.share:
                time.sleep((time.monotonic() - started) * self.walk.share)

    def _persist(self, work: Callable[[], T]) -> T:
        return persist(work, self.patience, self._reason, self.reports.again)

    def _reason(self, error: Exception) -> str | None:
        cause = error.__cause__ if isinstance(error, DatabaseError) else error
        if not isinstance(cause, sa.exc.DBAPIError) or not self.editor.waiting.is_transient(cause):
            return None
        return " ".join(str(cause.orig).split())

    def _begin(self) -> Cursor:
        with self.connection.begin():
            if not self.editor.rolls_back(self.walk.table):
                raise DatabaseError(
                    f"table {self.walk.table.key} is kept by an engine without transactions: a run that is killed in"
                    " a batch could not know which of its rows were changed",
                    hint="ALTER TABLE ... ENGINE=InnoDB, or change the rows by ops.RunSQL",
                )
            if self.connection.execute(self.walk.without_key()).first() is not None:
                raise DatabaseError(
                    f"table {self.walk.table.key} has rows whose key ({', '.join(self.walk.key)}) is NULL:"
                    " no walk would come to them",
                    hint="give these rows a key, or change them by ops.RunSQL",
                )
            total = int(self.connection.execute(self.walk.count()).scalar_one())
            cursor = Cursor(None, 0, total)
            self.reports.note(cursor)
        return cursor

    def _batch(self, cursor: Cursor) -> Cursor | None:
        """The next batch, and where it came to; None when there was none left."""
        with self.connection.begin():
            keys = self.connection.execute(self.walk.next_keys(cursor.last)).all()
            if not keys:
                self.reports.done()
                self.editor.finish()
                return None
            last = tuple(keys[-1])
            try:
                self.editor.send_rows(self.walk.update(cursor.last, last), None)
            except sa.exc.DBAPIError as error:
                raise self._failed(error, tuple(keys[0]), last, cursor) from error
            now = Cursor(last, cursor.done + len(keys), cursor.total)
            self.reports.note(now)
        self.reports.settled()
        return now

    def _failed(self, error: sa.exc.DBAPIError, first: Place, last: Place, cursor: Cursor) -> DatabaseError:
        """The error of the database with the place in the table, where somebody can look."""
        names = ", ".join(self.walk.key)
        where = f"rows of {self.walk.table.key} from {names} = {key_words(first)} to {key_words(last)}"
        return DatabaseError(
            f"{type(error.orig).__name__}: {' '.join(str(error.orig).split())[:300]}\n"
            f"in the batch of {where}\n{cursor.done} row(s) before it were changed and stay changed"
        )
