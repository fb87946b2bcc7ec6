"""What the version table is told about a migration: its checksums, and the way back as text.

The row is made before the first statement of a run, so that whatever is wrong with a file is found while the database
is still untouched.
"""

from __future__ import annotations

from minimig.revisions.meaning import checksum
from minimig.revisions.stored import stored_text
from minimig.runtime.plan import Direction
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied
from minimig.state.schema import SchemaState
from minimig.version import __version__


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
    if prepared.moves:
        return stored_text(prepared.migration, prepared.moves[0].before)
    return None if prepared.migration.up else stored_text(prepared.migration, SchemaState())
