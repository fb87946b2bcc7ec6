"""What databases say of a history: which revisions they have, and which they have half.

Where a project has several databases each is asked for the apps that live in it. One that does not answer is no error
here: files can be explored without any.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from minimig.commands.inspecting import MigrationRow, show_migrations
from minimig.commands.project import Project
from minimig.commands.standing import is_missing
from minimig.environment import load_environment
from minimig.errors import MinimigError


@dataclass(frozen=True)
class Marks:
    """What one database says. `rows` are empty, and `problem` tells why, where it did not answer."""

    name: str
    database: str
    apps: tuple[str, ...]
    rows: tuple[MigrationRow, ...] = ()
    problem: MinimigError | None = None

    @property
    def applied(self) -> frozenset[str]:
        """The revisions that it has rows for."""
        return frozenset(row.revision for row in self.rows if row.applied)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        when = {row.revision: row.applied_at for row in self.rows if row.applied}
        return {
            "name": self.name,
            "database": self.database,
            "apps": list(self.apps),
            "applied": {
                revision: None if at is None else at.isoformat(" ", "seconds") for revision, at in when.items()
            },
            "counted": [row.revision for row in self.rows if row.counted],
            "half_done": {row.revision: row.half_done for row in self.rows if row.half_done},
            "lost": [row.revision for row in self.rows if row.applied and not row.on_disk],
            "problem": None if self.problem is None else self.problem.to_dict(),
        }


def marks_of(project: Project) -> tuple[Marks, ...]:
    """What each database of the project says; none where none is configured."""
    return tuple(_asked(each) for each in databases_of(project))


def databases_of(project: Project) -> Iterator[Project]:
    """The project itself, or, where it is open which of several databases is meant, the project with each of them."""
    if project.settings.database is not None:
        if project.has_database:
            yield project
        return
    for name in project.settings.databases:
        yield Project(load_environment(project.settings.for_database(name)))


def _asked(project: Project) -> Marks:
    name, apps = project.settings.database or "", tuple(project.settings.apps)
    try:
        if is_missing(project.engine.url):  # asking SQLite would create the file
            return Marks(name, project.database_name, apps)
        return Marks(name, project.database_name, apps, show_migrations(project, ()).rows)
    except MinimigError as error:
        return Marks(name, name, apps, problem=error)
