"""What became of a statement that was sent and of which nobody heard.

In: the note that was written ahead of it, and the database as it is now. Out: whether it has to run. The schema settles
it where DDL is atomic; work that may be done twice is done again; else the project's own code or a person has to say.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.errors import QuestionError
from minimig.revisions.replay import Change
from minimig.runtime.journal import Note
from minimig.runtime.pieces import Kind, Piece

Assume = bool | None
"""What a person says of a statement of which nobody heard: it took effect (True), it did not (False), or nothing."""


@dataclass(frozen=True)
class Doubt:
    """A piece in doubt, and all that may settle it. `piece` is None for a function of the project."""

    connection: sa.Connection
    editor: SchemaEditor
    change: Change
    note: Note
    piece: Piece | None
    where: str

    def is_to_run(self, assume: Assume) -> bool:
        """Whether it did not take effect, or may be done again. Raises QuestionError when nobody can know."""
        if self.piece is not None and self.piece.kind is Kind.REPEATABLE:
            return True
        if self.piece is not None and self.piece.kind is Kind.SCHEMA and self.note.fingerprint is not None:
            return self.editor.fingerprint(self.connection, self.piece.names) == self.note.fingerprint
        if assume is not None:
            return not assume
        answer = self.change.operation.probe(self.connection, self.change.after)
        if answer is not None:
            return not answer
        what = self.change.operation.describe() if self.piece is None else " ".join(self.piece.text.split())[:200]
        raise QuestionError(
            f"{self.note.revision} was interrupted, and it is not known whether this took effect: {what}",
            where=self.where,
            hint="look at the database, then run the same command with --assume done, or --assume again",
        )
