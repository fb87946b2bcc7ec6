"""Carry out a migration that is not one transaction, so that it can be killed at any instant and go on from there.

In: a prepared step, its segments, and the journal. Each segment is either in one transaction with its note, or written
ahead: what an earlier run noted as done is passed over, and a statement that was started and of which nobody heard is
settled by the schema itself (`dialects.fingerprint`). What only a person can know is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.output import Output
from minimig.dialects.registry import editor_for
from minimig.dialects.transaction import autocommit
from minimig.errors import HistoryError, QuestionError
from minimig.revisions.meaning import operation_meaning
from minimig.revisions.replay import Change
from minimig.runtime.batches import BatchRun, Cursor, Reports
from minimig.runtime.events import Listener, silence
from minimig.runtime.failure import Progress
from minimig.runtime.journal import Journal, Note, Notes, Status
from minimig.runtime.limits import Limits
from minimig.runtime.output import LiveOutput
from minimig.runtime.pieces import Kind, Piece, Queue, recorded
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.retrying import ONCE, Patience
from minimig.runtime.segments import Manner, Segment

Assume = bool | None
"""What a person says of a statement of which nobody heard: it took effect (True), it did not (False), or nothing."""


class Stepwise:
    """One migration on one connection, and what an earlier run noted of it."""

    def __init__(  # noqa: PLR0913 - most of them by name alone
        self,
        connection: sa.Connection,
        journal: Journal,
        prepared: PreparedStep,
        output: LiveOutput,
        progress: Progress,
        *,
        noted: Notes,
        assume: Assume = None,
        patience: Patience = ONCE,
        listener: Listener = silence,
        limits: Limits,
    ) -> None:
        self.connection = connection
        self.journal = journal
        self.prepared = prepared
        self.output = output
        self.progress = progress
        self.noted = noted
        self.assume = assume
        self.patience = patience
        self.listener = listener
        self.limits = limits
        self._late: list[Note] = []
        """Notes that can wait for the next one: what is planned, and what is done where the schema tells so."""
        self._open: sa.RootTransaction | None = None
        """A transaction in which only rows were changed, with their notes; it ends where the schema is changed."""

    def run(self, found: Sequence[Segment], finish: Callable[[], None]) -> None:
        """Carry out all segments; `finish` writes the version row, in the last transaction.

        Raises HistoryError when what ran in an earlier run was changed in the file since, QuestionError when it cannot
        be known whether a statement of an earlier run took effect.
        """
        done = {position for segment in found for position in segment.positions if self._is_done(position)}
        try:
            self._run_all(found, done, finish)
        finally:
            if self._open is not None:
                self._open.rollback()

    def _run_all(self, found: Sequence[Segment], done: Collection[int], finish: Callable[[], None]) -> None:
        closing: tuple[int, ...] = ()
        for segment in found:
            todo = tuple(position for position in segment.positions if position not in done)
            if segment is found[-1] and segment.manner is Manner.TOGETHER:
                closing = todo
            elif todo:
                self._carry_out(segment.manner, todo)
        if self._open is None:
            self._together(closing, lambda: self._close(finish))
        else:
            self.progress.position = None
            self._close(finish)
            self._end_rows()

    def _carry_out(self, manner: Manner, positions: tuple[int, ...]) -> None:
        match manner:
            case Manner.TOGETHER:
                notes = [self._note(position, 0, Status.DONE) for position in positions]
                self._together(positions, lambda: self._write(notes))
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
        if done and notes[0].operation_digest != self._digest(position):
            raise self._changed(position)
        return done

    def _close(self, finish: Callable[[], None]) -> None:
        with self.output.uncounted():
            self.journal.forget(self.connection, self._revision)
        finish()

    # --- the manners --------------------------------------------------------------------------------------------------

    def _together(self, positions: Sequence[int], noting: Callable[[], None]) -> None:
        editor = self._editor(self.output)
        self.progress.commits = self.output.commits
        with editor.transaction(self.connection):
            for position in positions:
                self._execute(editor, position)
                self.progress.check_transaction(self.connection)
            editor.finish()
            self.progress.position = None
            noting()
        self.progress.commits = None
        self._settle()

    def _pieces(self, position: int) -> None:
        queue = Queue(self.connection)
        editor = self._editor(queue)
        self._execute(editor, position)
        found = self._agreed(position, queue.taken(self.connection.dialect))
        self._end_reading()
        self._send(position, found)
        editor.finish()
        if not self.prepared.migration.header.atomic:
            self._end_rows()
        self._end_reading()

    def _code(self, position: int) -> None:
        """A function: with its note in one transaction where it leaves that alone, else noted before and after."""
        earlier = next(iter(self.noted.get(position, ())), None)
        note = self._note(position, 0, Status.PLANNED)
        if earlier is not None and earlier.status == Status.OPEN and not self._is_to_run(position, earlier):
            self._commit([note.told(Status.DONE)])
        elif self.prepared.migration.header.atomic:
            with self.output.on_implicit_commit(lambda: self._write([note.told(Status.OPEN)])), self._failing(note):
                self._begin_rows()
                self._run_function(position)
                self._write([note.told(Status.DONE)])
        else:
            self._commit([note.told(Status.OPEN)])
            with self._failing(note), autocommit(self.connection):
                self._run_function(position)
                self._write([note.told(Status.DONE)])
            self._settle()

    def _run_function(self, position: int) -> None:
        editor = self._editor(self.output)
        self._execute(editor, position)
        self.progress.check_transaction(self.connection)
        editor.finish()

    @contextmanager
    def _failing(self, note: Note) -> Iterator[None]:
        """A function that failed is to run again, whatever it committed: it says so itself by failing."""
        self.progress.commits = self.output.commits
        try:
            yield
            self.progress.commits = None
        except Exception:
            self.progress.final = self.output.implicitly_committed
            if not self.prepared.migration.header.atomic:
                self._settle()
                self.progress.final = True
            with suppress(sa.exc.SQLAlchemyError):  # the failure of the step says more than that of its note
                if self._open is not None:
                    self._open.rollback()
                    self._open = None
                self._commit([note])
            raise

    def _outside(self, position: int) -> None:
        """An operation that copes with what an earlier attempt left; the note only says that there was one."""
        note = self._note(position, 0, Status.STARTED)
        self._commit([note])
        editor = self._editor(self.output)
        editor.again = position in self.noted
        with autocommit(self.connection):
            self._execute(editor, position)
            editor.finish()
        self._commit([note.told(Status.DONE)])
        self._settle()

    def _batches(self, position: int) -> None:
        """A walk along a table: `batches` carries it out, and the note says how far it has come."""
        self._end_rows()
        self.progress.position = position
        operation, _, after = self._move(position)
        editor = self._editor(self.output)
        self.limits.before(operation, editor, self.output)
        walk = operation.walk(editor, after)
        note = replace(self._note(position, 0, Status.STARTED), digest=walk.digest(self.connection.dialect))
        earlier = next(iter(self.noted.get(position, ())), None)
        if earlier is not None and earlier.digest != note.digest:
            raise self._changed(position)
        cursor = Cursor.noted(earlier)
        reports = Reports.of(
            self.prepared.step,
            operation.describe(),
            *(note, cursor, self.patience.attempts),
            write=self._write,
            settled=self._settle,
            listener=self.listener,
        )
        self.progress.final = True  # each batch is tried again by itself
        BatchRun(self.connection, editor, walk, self.patience, reports).run(cursor)
        self.progress.final = False

    def _execute(self, editor: SchemaEditor, position: int) -> None:
        operation, before, after = self._move(position)
        self.progress.position = position
        self.limits.before(operation, editor, self.output)
        operation.execute(editor, before, after)

    # --- statement by statement ---------------------------------------------------------------------------------------

    def _agreed(self, position: int, found: tuple[Piece, ...]) -> tuple[Piece, ...]:
        """The pieces to go by: those found now, if what ran is among them; else those noted, if the file is the same.

        Raises HistoryError when the file says something else now about a statement that has run.
        """
        notes = self.noted.get(position, ())
        ran = [note for note in notes if note.status != Status.PLANNED]
        if all(note.piece < len(found) and note.digest == found[note.piece].digest for note in ran):
            return found
        texts = [note.statement for note in notes]
        if notes[0].operation_digest == self._digest(position) and None not in texts:
            return tuple(recorded(text) for text in texts if text is not None)
        raise self._changed(position)

    def _send(self, position: int, found: tuple[Piece, ...]) -> None:
        known = {note.piece: note for note in self.noted.get(position, ()) if note.piece < len(found)}
        notes = [
            known[number]
            if number in known and known[number].digest == piece.digest
            else self._note(position, number, Status.PLANNED, piece)
            for number, piece in enumerate(found)
        ]
        self._late += notes
        for note, piece in zip(notes, found, strict=True):
            if piece.kind is Kind.SESSION:
                self._send_alone(piece)
                self._late.append(note.told(Status.DONE))
            elif note.status == Status.DONE:
                continue
            elif piece.kind is Kind.ROWS:
                self._begin_rows()
                self._send_all(piece)
                self._write([note.told(Status.DONE)])
            else:
                self._send_noted(position, note, piece)

    def _send_noted(self, position: int, note: Note, piece: Piece) -> None:
        """A statement that commits by itself: written ahead, unless an earlier run did it unheard."""
        if note.status == Status.PLANNED or self._is_to_run(position, note, piece):
            self._commit([note.told(Status.STARTED, self._fingerprint(position))])
            self._send_alone(piece)
            self._settle()
        self._late.append(note.told(Status.DONE))
        if piece.kind is not Kind.SCHEMA:
            self._commit([])  # the schema would not tell

    def _send_alone(self, piece: Piece) -> None:
        """Where DDL cannot be taken back it ends the transaction it is in, so that none has to be left for it."""
        if self._open is not None:
            self._send_all(piece)
            return
        transactional = self._editor(self.output).transactional_ddl
        with autocommit(self.connection) if transactional else self.connection.begin():
            self._send_all(piece)

    def _send_all(self, piece: Piece) -> None:
        for sent in piece.statements:
            self.output.execute(sent.statement, sent.parameters, sent.options)

    # --- what nobody heard --------------------------------------------------------------------------------------------

    def _is_to_run(self, position: int, note: Note, piece: Piece | None = None) -> bool:
        """Whether a piece that was started did not take effect. Raises QuestionError when nobody can know."""
        if piece is not None and piece.kind is Kind.REPEATABLE:
            return True
        if piece is not None and piece.kind is Kind.SCHEMA and note.fingerprint is not None:
            return self._fingerprint(position) == note.fingerprint
        if self.assume is not None:
            return not self.assume
        operation, _, after = self._move(position)
        answer = operation.probe(self.connection, after)
        self._end_reading()
        if answer is not None:
            return not answer
        what = operation.describe() if piece is None else " ".join(piece.text.split())[:200]
        raise QuestionError(
            f"{self._revision} was interrupted, and it is not known whether this took effect: {what}",
            where=self.prepared.where(position),
            hint="look at the database, then run the same command with --assume done, or --assume again",
        )

    def _fingerprint(self, position: int) -> str | None:
        operation, before, _ = self._move(position)
        touched = operation.footprint(before)
        names = {table for table, _ in touched.touches if table}
        whole = touched.everything or any(" " in name for name in names)
        with self.output.uncounted():
            found = self._editor(self.output).fingerprint(self.connection, None if whole else names)
            self._end_reading()
        return found

    # --- notes --------------------------------------------------------------------------------------------------------

    def _note(self, position: int, number: int, status: Status, piece: Piece | None = None) -> Note:
        header = self.prepared.migration.header
        return Note(
            app=header.app,
            name=header.name,
            direction=str(self.prepared.step.direction),
            operation=position,
            piece=number,
            status=status,
            operation_digest=self._digest(position),
            digest="" if piece is None else piece.digest,
            statement=None if piece is None else piece.note,
        )

    def _commit(self, notes: Sequence[Note]) -> None:
        """Write notes and commit them, with what rows were changed since the last commit."""
        self._begin_rows()
        self._write(notes)
        self._end_rows()

    def _write(self, notes: Sequence[Note]) -> None:
        """Write notes in the transaction that is open."""
        late, self._late = self._late, []
        with self.output.uncounted():
            self.journal.write(self.connection, [*late, *notes])

    # --- small words --------------------------------------------------------------------------------------------------

    def _editor(self, output: Output) -> SchemaEditor:
        return editor_for(self.connection.dialect, output)

    def _begin_rows(self) -> None:
        if self._open is None:
            self._open = self.connection.begin()

    def _end_rows(self) -> None:
        if self._open is not None:
            with self.output.uncounted():
                self._open.commit()
            self._open = None
            self._settle()

    def _settle(self) -> None:
        """What was sent so far stays, whatever comes."""
        self.output.settled = self.output.statements

    def _end_reading(self) -> None:
        if self._open is None and self.connection.in_transaction():
            self.connection.rollback()

    @property
    def _revision(self) -> str:
        return self.prepared.step.revision

    def _move(self, position: int) -> Change:
        return self.prepared.moves[position]

    def _digest(self, position: int) -> str:
        text = operation_meaning(self.prepared.migration, self._move(position).operation)
        return hashlib.sha256(text.encode()).hexdigest()[:40]

    def _changed(self, position: int) -> HistoryError:
        return HistoryError(
            f"{self._revision} is half-applied, and what has run already was changed in the file since",
            where=self.prepared.where(position),
            hint="put it back as it was; what has not run yet may be changed. After undoing by hand what ran, "
            "minimig repair --forget lets the migration begin anew",
        )
