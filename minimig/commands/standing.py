"""What the configured database has had, for commands that rewrite files and need no database.

A file that a database has had is not to change under it: its checksum and its name stand there. Where a database is
configured and answers it is asked; where none is, or it does not, the files are all there is to go by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from minimig.commands.project import Project
from minimig.errors import ConfigError, DatabaseError, HistoryError
from minimig.runtime.recorder import revisions

NOT_CONFIGURED = "no database is configured"


@dataclass(frozen=True)
class Standing:
    """The revisions that the database has, or why it could not be asked."""

    applied: frozenset[str]
    database: str | None = None
    unasked: str | None = None

    @property
    def note(self) -> str | None:
        """What to say where a database is configured and did not answer."""
        if self.unasked is None or self.unasked == NOT_CONFIGURED:
            return None
        return f"the database was not asked what it has had: {self.unasked}"

    def refuse_applied(self, wanted: Iterable[str], what: str, hint: str) -> None:
        """Raise HistoryError when one of these revisions is applied; `what` says what is not done because of it."""
        there = sorted(set(wanted) & self.applied)
        if there:
            raise HistoryError(
                f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} applied, so {what}; nothing was changed",
                where=self.database,
                hint=hint,
            )


def standing(project: Project) -> Standing:
    """Ask the configured database, if there is one and it answers."""
    if project.environment.engine is None and not project.settings.engine and project.settings.url is None:
        return Standing(frozenset(), unasked=NOT_CONFIGURED)
    try:
        if is_missing(project.engine.url):
            return Standing(frozenset(), database=project.database_name)  # connecting would create the file
        with project.connect() as connection:
            return Standing(revisions(project.applied(connection)), project.database_name)
    except (DatabaseError, ConfigError) as error:
        return Standing(frozenset(), unasked=error.message)


def is_missing(url: sa.URL) -> bool:
    """Whether a URL names a SQLite file that is not there: connecting would make it."""
    file = url.database if url.get_backend_name() == "sqlite" else None
    return bool(file) and file != ":memory:" and not str(file).startswith("file:") and not Path(str(file)).exists()
