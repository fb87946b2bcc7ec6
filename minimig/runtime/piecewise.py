"""One operation, statement by statement, each noted before it is sent.

In: an operation, and what an earlier run noted of it. Its statements are collected and cut into pieces before they are
sent, so that on a second run those that took effect can be told from those to come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.transaction import autocommit
from minimig.runtime.bench import Bench
from minimig.runtime.doubt import Doubts
from minimig.runtime.journal import Note, Status
from minimig.runtime.pieces import Kind, Piece, Queue, recorded


@dataclass(frozen=True)
class Piecewise:
    """The operation at one position of a step."""

    bench: Bench
    doubts: Doubts
    position: int

    def run(self, noted: Sequence[Note], execute: Callable[[SchemaEditor], None]) -> None:
        """Carry it out; `execute` makes an editor send its statements. `noted` is from an earlier run."""
        notes = [self._settled(note) for note in noted]
        sent = 0

        def send(found: tuple[Piece, ...]) -> None:
            nonlocal sent
            self.bench.book.end_reading()
            agreed = self._agreed(sent, found, notes)
            self._send(sent, agreed, {note.piece: note for note in notes})
            sent += len(found)

        queue = Queue(self.bench.connection, send)
        editor = self.bench.editor_of(queue)
        execute(editor)
        queue.sync()
        if any(note.piece >= sent and note.status != Status.PLANNED for note in notes):
            raise self.bench.scribe.changed(self.position)
        editor.finish()

    def _settled(self, note: Note) -> Note:
        """The note of a statement that was started, once it is known what became of it."""
        if note.status != Status.STARTED or note.statement is None:
            return note
        ran = not self.doubts.is_to_run(self.position, note, recorded(note.statement))
        return note.told(Status.DONE if ran else Status.PLANNED)

    def _agreed(self, first: int, found: tuple[Piece, ...], notes: Sequence[Note]) -> tuple[Piece, ...]:
        """The pieces to go by: those found now, if what ran is among them; else those noted, if the file is the same.

        Raises HistoryError when the file says something else now about a statement that has run.
        """
        ran = {note.piece - first: note for note in notes if note.status != Status.PLANNED and note.piece >= first}
        texts = {note.piece - first: note.statement for note in notes}
        if all(number >= len(found) or note.digest == found[number].digest for number, note in ran.items()):
            return found
        if notes[0].operation_digest == self.bench.scribe.digest(self.position) and all(
            texts.get(n) for n in range(len(found))
        ):
            return tuple(recorded(str(texts[number])) for number in range(len(found)))
        raise self.bench.scribe.changed(self.position)

    def _send(self, first: int, found: tuple[Piece, ...], known: Mapping[int, Note]) -> None:
        notes = [
            known[number]
            if number in known and known[number].digest == piece.digest
            else self.bench.scribe.note(self.position, number, Status.PLANNED, piece)
            for number, piece in enumerate(found, start=first)
        ]
        self.bench.book.later += notes
        for note, piece in zip(notes, found, strict=True):
            if piece.kind is Kind.SESSION:
                self._send_alone(piece)
                self.bench.book.later.append(note.told(Status.DONE))
            elif note.status == Status.DONE:
                continue
            elif note.status == Status.STARTED and not self.doubts.is_to_run(self.position, note, piece):
                self.bench.book.later.append(note.told(Status.DONE))
            elif piece.kind is Kind.ROWS:
                self.bench.book.begin_rows()
                self._send_all(piece)
                self.bench.book.write([note.told(Status.DONE)])
            else:
                self._send_noted(note, piece)

    def _send_noted(self, note: Note, piece: Piece) -> None:
        """A statement that commits by itself: written ahead."""
        self.bench.book.begin_rows()  # it is asked where it is noted: one transaction less
        self.bench.book.commit([note.told(Status.STARTED, self.doubts.fingerprint(piece))])
        try:
            self._send_alone(piece)
        except sa.exc.DBAPIError as error:
            if not error.connection_invalidated and piece.is_one_deed:
                self.bench.book.commit([note])  # the database said itself that it did not happen
            raise
        self.bench.book.settle()
        self.bench.book.later.append(note.told(Status.DONE))
        if piece.kind is not Kind.SCHEMA:
            self.bench.book.commit([])  # the schema would not tell

    def _send_alone(self, piece: Piece) -> None:
        """Where DDL cannot be taken back it ends the transaction it is in, so that none has to be left for it."""
        if self.bench.book.in_rows:
            self._send_all(piece)
            return
        transactional = self.bench.editor.transactional_ddl
        with autocommit(self.bench.connection) if transactional else self.bench.connection.begin():
            self._send_all(piece)

    def _send_all(self, piece: Piece) -> None:
        for sent in piece.statements:
            self.bench.output.execute(sent.statement, sent.parameters, sent.options)
