"""What all who carry out one migration piece by piece have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.output import Output
from minimig.runtime.notebook import Notebook
from minimig.runtime.output import LiveOutput
from minimig.runtime.scribe import Scribe


@dataclass(frozen=True)
class Bench:
    """The connection and where statements go, the notes and who makes them, and editors for any output."""

    connection: sa.Connection
    output: LiveOutput
    book: Notebook
    scribe: Scribe
    editor_of: Callable[[Output], SchemaEditor]

    @property
    def editor(self) -> SchemaEditor:
        """A new editor that sends at once."""
        return self.editor_of(self.output)
