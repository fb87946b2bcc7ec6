"""Carry out a migration that is not one transaction, so that it can be killed at any instant and go on from there.

In: a prepared step, its segments, and the journal. Each segment is in one transaction with its note, or written ahead:
what an earlier run noted as done is passed over, and a statement of which nobody heard is settled by `doubt`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.lock import check_held, holds
from minimig.dialects.transaction import autocommit
from minimig.runtime.batches import BatchRun, Cursor, Reports
from minimig.runtime.bench import Bench
from minimig.runtime.doubt import Assume, Doubts
from minimig.runtime.events import Listener, silence
from minimig.runtime.failure import Progress
from minimig.runtime.journal import Note, Notes, Status
from minimig.runtime.limits import Limits
from minimig.runtime.piecewise import Piecewise
from minimig.runtime.retrying import ONCE, Patience
from minimig.runtime.segments import Manner, Segment
from minimig.runtime.stages import NotesFound, OperationBegun
from minimig.stages import Tell, untold


class Stepwise:
    """One migration on one connection, and what an earlier run noted of it."""

    def __init__(
        self,
        bench: Bench,
        progress: Progress,
        limits: Limits,
        *,
        noted: Notes,
        assume: Assume = None,
        patience: Patience = ONCE,
        listener: Listener = silence,
        tell: Tell = untold,
    ) -> None:
        self.bench = bench
        self.connection = bench.connection
        self.output = bench.output
        self.book = bench.book
        self.scribe = bench.scribe
        self.prepared = bench.scribe.prepared
        self.doubts = Doubts(bench, assume)
        self.progress = progress
        self.limits = limits
        self.noted = noted
        self.patience = patience
        self.listener = listener
        self.tell = tell
        self.locked = holds(bench.connection)

    def run(self, found: Sequence[Segment], finish: Callable[[], None]) -> None:
        """Carry out all segments; `finish` writes the version row, in the last transaction.

        Raises HistoryError when what ran in an earlier run was changed in the file since, QuestionError when it cannot
        be known whether a statement of an earlier run took effect.
        """
        if self.noted:
            self.tell(NotesFound(tuple(note for notes in self.noted.values() for note in notes)))
        done = {position for segment in found for position in segment.positions if self._is_done(position)}
        try:
            self._run_all(found, done, finish)
        except BaseException:
            self.book.abandon()
            with suppress(sa.exc.SQLAlchemyError):  # the failure says more; what is not noted, the schema tells
                self.book.commit_later()
            raise

    def _run_all(self, found: Sequence[Segment], done: Collection[int], finish: Callable[[], None]) -> None:
        closing: tuple[int, ...] = ()
        for segment in found:
            todo = tuple(position for position in segment.positions if position not in done)
            if segment is found[-1] and segment.manner is Manner.TOGETHER:
                closing = todo
            elif todo:
                self._carry_out(segment.manner, todo)
        if self.book.in_rows and not closing:
            self.progress.position = None
            self._close(finish)
            self.book.end_rows()
        else:
            self._together(closing, lambda: self._close(finish))

    def _carry_out(self, manner: Manner, positions: tuple[int, ...]) -> None:
        match manner:
            case Manner.TOGETHER:
                notes = [self.scribe.note(position, 0, Status.DONE) for position in positions]
                self._together(positions, lambda: self.book.write(notes))
            case Manner.PIECES:
                self._pieces(positions[0])
            case Manner.CODE:
                self._code(positions[0])
            case Manner.OUTSIDE:
                self._outside(positions[0])
            case Manner.BATCHES:
                self._batches(positions[0])

    def _is_done(self, position: int) -> bool:
        """Whether an earlier run did all of an operation. Raises HistoryError when the file says something else now."""
        notes = self.noted.get(position, ())
        done = bool(notes) and all(note.status == Status.DONE for note in notes)
        if done and notes[0].operation_digest != self.scribe.digest(position):
            raise self.scribe.changed(position)
        return done

    def _close(self, finish: Callable[[], None]) -> None:
        self.output.commits = 0
        self.book.forget(self.scribe.revision)
        finish()
        self.progress.committing = True

    # --- the manners --------------------------------------------------------------------------------------------------

    def _together(self, positions: Sequence[int], noting: Callable[[], None]) -> None:
        self.book.end_rows()
        editor = self.bench.editor
        self.progress.commits = self.output.commits
        with editor.transaction(self.connection):
            for position in positions:
                self._execute(editor, position)
                self.progress.check_transaction(self.connection)
            editor.finish()
            self.progress.position = None
            noting()
        self.progress.commits = None
        self.book.settle()

    def _pieces(self, position: int) -> None:
        piecewise = Piecewise(self.bench, self.doubts, position)
        piecewise.run(self.noted.get(position, ()), lambda editor: self._execute(editor, position))
        if not self._is_atomic(position):
            self.book.end_rows()
        self.book.end_reading()

    def _code(self, position: int) -> None:
        """A function: with its note in one transaction where it leaves that alone, else noted before and after."""
        earlier = next(iter(self.noted.get(position, ())), None)
        note = self.scribe.note(position, 0, Status.PLANNED)
        if earlier is not None and earlier.status == Status.OPEN and not self.doubts.is_to_run(position, earlier):
            self.book.commit([note.told(Status.DONE)])
        elif self._is_atomic(position):
            with self.output.on_implicit_commit(lambda: self.book.write([note.told(Status.OPEN)])), self._failing(note):
                self.book.begin_rows()
                self._run_function(position)
                self.book.write([note.told(Status.DONE)])
        else:
            self.book.commit([note.told(Status.OPEN)])
            with self._failing(note), autocommit(self.connection):
                self._run_function(position)
                self.book.write([note.told(Status.DONE)])
            self.book.settle()

    def _is_atomic(self, position: int) -> bool:
        """Whether an operation belongs into a transaction: by the word of the file, and by its own."""
        outside = self.scribe.move(position).operation.steps_outside(self.bench.editor)
        return self.prepared.migration.header.atomic and not outside

    def _run_function(self, position: int) -> None:
        editor = self.bench.editor
        self._execute(editor, position)
        if self._is_atomic(position):
            self.progress.check_transaction(self.connection)
        editor.finish()

    @contextmanager
    def _failing(self, note: Note) -> Iterator[None]:
        """A function that failed is to run again, whatever it committed: it says so itself by failing."""
        self.output.commits = self.progress.commits = 0
        try:
            yield
            self.progress.commits = None
        except Exception:
            self.progress.final = self.output.implicitly_committed
            if not self._is_atomic(note.operation):
                self.book.settle()
                self.progress.final = True
            with suppress(sa.exc.SQLAlchemyError):  # the failure of the step says more than that of its note
                self.book.abandon()
                self.book.commit([note])
            raise

    def _outside(self, position: int) -> None:
        """An operation that copes with what an earlier attempt left; the note only says that there was one."""
        note = self.scribe.note(position, 0, Status.STARTED)
        self.book.commit([note])
        editor = self.bench.editor
        editor.again = position in self.noted
        try:
            with autocommit(self.connection):
                self._execute(editor, position)
                editor.finish()
        except Exception:
            if not self.connection.invalidated:  # refused, so that the file may say something else the next time
                with suppress(sa.exc.SQLAlchemyError):
                    self.book.commit([note.told(Status.PLANNED)])
            raise
        self.book.commit([note.told(Status.DONE)])
        self.book.settle()

    def _batches(self, position: int) -> None:
        """A walk along a table: `batches` carries it out, and the note says how far it has come."""
        self.book.end_rows()
        self.progress.position = position
        operation, _, after = self.scribe.move(position)
        editor = self.bench.editor
        self.limits.before(operation, editor, self.output)
        walk = operation.walk(editor, after)
        note = replace(self.scribe.note(position, 0, Status.STARTED), digest=walk.digest(self.connection.dialect))
        earlier = next(iter(self.noted.get(position, ())), None)
        if earlier is not None and earlier.digest != note.digest:
            raise self.scribe.changed(position)
        cursor = Cursor.noted(earlier)
        reports = Reports.of(
            self.prepared.step,
            operation.describe(),
            *(note, cursor, self.patience.attempts),
            write=self.book.write,
            settled=self.book.settle,
            listener=self.listener,
        )
        self.progress.final = True  # each batch is tried again by itself
        BatchRun(self.connection, editor, walk, self.patience, reports).run(cursor)
        self.progress.final = False

    def _execute(self, editor: SchemaEditor, position: int) -> None:
        operation, before, after = self.scribe.move(position)
        self.progress.position = position
        self.tell(OperationBegun(self.prepared.step, position, operation))
        if self.locked:
            check_held(self.connection)
        self.limits.before(operation, editor, self.output)
        operation.execute(editor, before, after)
