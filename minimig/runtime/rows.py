"""What the version table is told about a migration: its checksums, and the way back as text.

The row is made before the first statement of a run, so that whatever is wrong with a file is found while the database
is still untouched.
"""

from __future__ import annotations

from minimig.errors import IrreversibleError, StateError, WriterError
from minimig.revisions.meaning import checksum
from minimig.revisions.replay import downward
from minimig.revisions.serializer import operations_source
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied
from minimig.version import __version__


def version_row(prepared: PreparedStep) -> Applied:
    """The version row of a migration about to be applied; when and how long are not known yet."""
    migration = prepared.migration
    return Applied(
        app=migration.header.app,
        name=migration.header.name,
        checksum=checksum(migration),
        file_checksum=migration.digest,
        tool=f"minimig {__version__}",
        way_back=_way_back(prepared),
    )


def _way_back(prepared: PreparedStep) -> str | None:
    """The operations that take the migration back, as source with its imports; None when text cannot hold them."""
    if not prepared.moves:
        return None
    try:
        changes = downward(prepared.migration, prepared.moves[0].before)
        text, imports = operations_source(change.operation for change in changes)
    except (IrreversibleError, StateError, WriterError):
        return None  # data steps have no text; a `down` that does not fit is what `minimig check` reports
    return "\n".join([*imports.lines(), "", f"down = {text}"])
