"""What the configured database has had, for commands that rewrite files and need no database.

A file that a database has had is not to change under it: its checksum and its name stand there. Where a database is
configured and answers it is asked; where none is, or it does not, the files are all there is to go by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from minimig.commands.awaiting import on_its_loop
from minimig.commands.project import Project
from minimig.config import Settings
from minimig.environment import load_environment
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
    """Ask the configured databases, if there are any and they answer."""
    if project.settings.database is None:
        return _of_all(project.settings)
    return _of_one(project)


def _of_all(settings: Settings) -> Standing:
    found = [_of_one(Project(load_environment(settings.for_database(name)))) for name in settings.databases]
    names = [each.database for each in found if each.database is not None]
    unasked = [each.unasked for each in found if each.unasked is not None]
    applied = frozenset(revision for each in found for revision in each.applied)
    return Standing(applied, ", ".join(names) or None, "; ".join(unasked) or None)


def _of_one(project: Project) -> Standing:
    if not project.has_database:
        return Standing(frozenset(), unasked=NOT_CONFIGURED)
    try:
        if is_missing(project.engine.url):
            return Standing(frozenset(), database=project.database_name)  # connecting would create the file
        return Standing(_applied(project), project.database_name)
    except (DatabaseError, ConfigError) as error:
        return Standing(frozenset(), unasked=error.message)


@on_its_loop
def _applied(project: Project) -> frozenset[str]:
    with project.connect() as connection:
        return revisions(project.applied(connection))


def is_missing(url: sa.URL) -> bool:
    """Whether a URL names a SQLite file that is not there: connecting would make it."""
    file = url.database if url.get_backend_name() == "sqlite" else None
    return bool(file) and file != ":memory:" and not str(file).startswith("file:") and not Path(str(file)).exists()
