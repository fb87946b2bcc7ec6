"""What the journal is told of a migration: which operation, and whether the file still says the same of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from minimig.errors import HistoryError
from minimig.revisions.meaning import operation_meaning
from minimig.revisions.replay import Change
from minimig.runtime.journal import Note, Status
from minimig.runtime.pieces import Piece
from minimig.runtime.prepare import PreparedStep


@dataclass(frozen=True)
class Scribe:
    """Makes the notes of one prepared step."""

    prepared: PreparedStep

    @property
    def revision(self) -> str:
        """The migration."""
        return self.prepared.step.revision

    def move(self, position: int) -> Change:
        """The operation at a position, and the schema around it."""
        return self.prepared.moves[position]

    def note(self, position: int, number: int, status: Status, piece: Piece | None = None) -> Note:
        """The note of a piece; of a whole operation without one."""
        header = self.prepared.migration.header
        return Note(
            app=header.app,
            name=header.name,
            direction=str(self.prepared.step.direction),
            operation=position,
            piece=number,
            status=status,
            operation_digest=self.digest(position),
            digest="" if piece is None else piece.digest,
            statement=None if piece is None else piece.note,
        )

    def digest(self, position: int) -> str:
        """What tells an operation from another one."""
        text = operation_meaning(self.prepared.migration, self.move(position).operation)
        return hashlib.sha256(text.encode()).hexdigest()[:40]

    def changed(self, position: int) -> HistoryError:
        """The error for a file that says something else now of what has run."""
        return HistoryError(
            f"{self.revision} is half-applied, and what has run already was changed in the file since",
            where=self.prepared.where(position),
            hint="put it back as it was; what has not run yet may be changed. After undoing by hand what ran, "
            "minimig repair --forget lets the migration begin anew",
        )
