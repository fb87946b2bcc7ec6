"""A schema in a file: a revision file that begins at nothing, and the dialect it was read from if it was.

In: a state. Out: the text of a file whose `up` makes it; or such a file's state again. There is no other format to
learn or to keep stable: what can stand in a revision file can stand here, and a person can read it.

(Rails keeps `schema.rb` for the same reason; Django and Alembic have nothing of the kind.)
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minimig.autogenerate.autodetector import diff
from minimig.errors import RevisionFileError
from minimig.files import write_files
from minimig.revisions.header import read_header
from minimig.revisions.loader import load_migration
from minimig.revisions.migration import NewMigration
from minimig.revisions.replay import replay
from minimig.revisions.serializer import Serializer
from minimig.revisions.toplevel import bindings, parse
from minimig.revisions.writer import render
from minimig.state.schema import SchemaState

DIALECT = "DIALECT"
"""The constant in which a snapshot of a live schema keeps whose words it speaks."""


@dataclass(frozen=True)
class Snapshot:
    """A schema, what it is of, and the name of the dialect in whose words it is; None when they are nobody's."""

    state: SchemaState
    title: str
    dialect: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the schema as the text of its file."""
        return {"title": self.title, "dialect": self.dialect, "text": snapshot_text(self)}


def snapshot_text(snapshot: Snapshot, *, serializer: Serializer | None = None) -> str:
    """The text of a snapshot's file; the same state gives the same text. Raises WriterError."""
    create = tuple(diff(SchemaState(), snapshot.state))
    made = NewMigration("snapshot", "snapshot", snapshot.title, up=create)
    text = render(made, serializer=serializer, formatted=True)
    if snapshot.dialect is None:
        return text
    return text.replace("\ndependencies = ", f'\n{DIALECT} = "{snapshot.dialect}"\n\ndependencies = ', 1)


def write_snapshot(path: Path, snapshot: Snapshot, *, serializer: Serializer | None = None) -> None:
    """Put a snapshot into a file, a new one or one that was a snapshot before. Raises FileError."""
    text = snapshot_text(snapshot, serializer=serializer)
    write_files({path: text.encode()}, replacing=[path] if path.is_file() and _is_snapshot(path) else [])


def read_snapshot(path: Path) -> Snapshot:
    """The schema in a file. Raises RevisionFileError or StateError for a file that does not make one from nothing."""
    header = read_header(path, "snapshot")
    if header.dependencies:
        raise RevisionFileError(
            f"this is a revision, not a snapshot: it comes after {', '.join(header.dependencies)}",
            where=str(path),
            hint="name the revision instead of its file",
        )
    return Snapshot(replay([load_migration(header)]), header.title, _dialect(path))


def _dialect(path: Path) -> str | None:
    found = [binding.value for binding in bindings(parse(path)) if binding.name == DIALECT]
    value = ast.literal_eval(found[0]) if found and isinstance(found[0], ast.Constant) else None
    return value if isinstance(value, str) else None


def _is_snapshot(path: Path) -> bool:
    """Whether a file may be replaced by a snapshot: one that begins at nothing, and no revision of an app."""
    try:
        return read_header(path, "snapshot").doc.startswith("Snapshot of ")
    except RevisionFileError:
        return False
