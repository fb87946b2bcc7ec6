"""What became of a statement that was sent and of which nobody heard.

In: the note that was written ahead of it, and the database as it is now. Out: whether it has to run. The schema settles
it where DDL is atomic; work that may be done twice is done again; else the project's own code or a person has to say.
"""

from __future__ import annotations

from dataclasses import dataclass

from minimig.dialects.fingerprint import are_comparable
from minimig.errors import QuestionError
from minimig.runtime.bench import Bench
from minimig.runtime.journal import Note
from minimig.runtime.pieces import Kind, Piece

Assume = bool | None
"""What a person says of a statement of which nobody heard: it took effect (True), it did not (False), or nothing."""


@dataclass(frozen=True)
class Doubts:
    """Settles the doubts of one migration; `assume` is what a person said of them."""

    bench: Bench
    assume: Assume

    def fingerprint(self, piece: Piece) -> str | None:
        """What will tell, later, whether a piece took effect; None where the schema cannot."""
        if piece.kind is not Kind.SCHEMA:
            return None
        bench = self.bench
        with bench.output.uncounted():
            found = bench.editor.fingerprint(bench.connection, piece.text)
            bench.book.end_reading()
        return found

    def _is_seen(self, note: Note, piece: Piece) -> bool | None:
        """Whether the schema shows that a piece took effect; None where it cannot show that."""
        now = self.fingerprint(piece)
        if now is None or note.fingerprint is None or not are_comparable(now, note.fingerprint):
            return None
        if now != note.fingerprint:
            return True
        return None if self.bench.editor.is_unseen(piece.text) else False

    def is_to_run(self, position: int, note: Note, piece: Piece | None = None) -> bool:
        """Whether a piece, or without one a function, did not take effect, or may be done again.

        Raises QuestionError when nobody can know.
        """
        if piece is not None and piece.kind is Kind.REPEATABLE:
            return True
        seen = None if piece is None else self._is_seen(note, piece)
        if seen is not None:
            return not seen
        if self.assume is not None:
            return not self.assume
        bench = self.bench
        change = bench.scribe.move(position)
        with bench.output.uncounted():
            answer = change.operation.probe(bench.connection, change.after)
            bench.book.end_reading()
        if answer is not None:
            return not answer
        what = change.operation.describe() if piece is None else " ".join(piece.text.split())[:200]
        raise QuestionError(
            f"{note.revision} was interrupted, and it is not known whether this took effect: {what}",
            where=bench.scribe.prepared.where(position),
            hint="look at the database, then run the same command with --assume done, or --assume again",
        )
