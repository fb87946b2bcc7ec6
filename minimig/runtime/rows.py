"""What the version table is told about a migration: its checksums, and the way back as text.

The row is made before the first statement of a run, so that whatever is wrong with a file is found while the database
is still untouched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from minimig.revisions.meaning import checksum
from minimig.revisions.stored import stored_text
from minimig.runtime.plan import Direction
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied
from minimig.version import __version__


@dataclass(frozen=True)
class RowChange:
    """A row of the version table that comes, or goes; one that is `required` must be there to go."""

    row: Applied
    comes: bool
    required: bool = False


def row_changes(prepared: PreparedStep, row: Applied) -> tuple[RowChange, ...]:
    """What a step, whose own row is given, does to the version table, in order."""
    split = (revision.partition(".") for revision in sorted(prepared.also))
    others = [Applied(app, name) for app, _, name in split]
    if prepared.step.direction is Direction.BACKWARD:
        own = RowChange(row, comes=False, required=not others)
        return own, *(RowChange(other, comes=False) for other in others)
    return *(RowChange(replace(other, tool=row.tool), comes=True) for other in others), RowChange(row, comes=True)


def version_row(prepared: PreparedStep) -> Applied:
    """The version row of a step; when and how long are not known yet. To forget a row, its name is enough."""
    migration = prepared.migration
    if prepared.step.direction is Direction.BACKWARD:
        return Applied(migration.header.app, migration.header.name)
    return Applied(
        app=migration.header.app,
        name=migration.header.name,
        checksum=checksum(migration),
        file_checksum=migration.digest,
        tool=f"minimig {__version__}",
        way_back=_way_back(prepared),
    )


def _way_back(prepared: PreparedStep) -> str | None:
    """The text that takes the migration back; None where the schema before it is not known here."""
    if prepared.moves or not prepared.migration.up:
        return stored_text(prepared.migration, prepared.moves)
    return None
