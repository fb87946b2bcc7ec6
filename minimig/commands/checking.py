"""The check command: models against revision files, revision files against the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.questioner import NeverRename
from minimig.commands.awaiting import on_its_loop
from minimig.commands.hooks import hooks_of, unwritten
from minimig.commands.project import Project
from minimig.commands.sides import state_after
from minimig.commands.watching import CHECKING
from minimig.dialects.worded import worded
from minimig.revisions.replay import Change, changes, leads_back, replay, steps
from minimig.runtime.recorder import revisions
from minimig.state.seen import included


@dataclass(frozen=True)
class CheckResult:
    """What check found. Empty everywhere means that models, files and database agree."""

    unwritten: tuple[Change, ...] = ()
    not_back: tuple[tuple[str, tuple[str, ...]], ...] = ()
    pending: tuple[str, ...] = ()
    drift: tuple[Change, ...] = ()
    compared_models: bool = False
    compared_database: bool = False

    @property
    def clean(self) -> bool:
        return not (self.unwritten or self.not_back or self.pending or self.drift)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "clean": self.clean,
            "unwritten": [change.operation.describe() for change in self.unwritten],
            "not_back": [{"revision": revision, "differences": list(lines)} for revision, lines in self.not_back],
            "pending": list(self.pending),
            "drift": [change.operation.describe() for change in self.drift],
        }


def check_heads(project: Project) -> Mapping[str, tuple[str, ...]]:
    """The apps with several heads, and those heads. Reads the headers of the files; no models and no database."""
    return project.graph.conflicts()


def models_differ(project: Project) -> bool:
    """Whether makemigrations would find something to write."""
    return bool(unwritten(project, NeverRename()))


def check_project(project: Project, *, models: bool = True, database: bool = True) -> CheckResult:
    """Compare models with files, and files with the database. Drift is written as what would mend the database."""
    missing: tuple[Change, ...] = ()
    not_back: tuple[tuple[str, tuple[str, ...]], ...] = ()
    if models:
        project.graph.check_single_heads()
        missing = changes(unwritten(project, NeverRename()), project.files_state)
        not_back = _not_leading_back(project)
    if not database:
        return CheckResult(missing, not_back, compared_models=models)
    pending, drift = _against_database(project)
    return CheckResult(missing, not_back, pending, drift, compared_models=models, compared_database=True)


@on_its_loop
def _against_database(project: Project) -> tuple[tuple[str, ...], tuple[Change, ...]]:
    with project.connect() as connection:
        return against_database(project, connection)


def against_database(project: Project, connection: sa.Connection) -> tuple[tuple[str, ...], tuple[Change, ...]]:
    """The revisions that a database has not had, and what would make its schema that of those it has had."""
    rows = project.applied(connection)
    project.refuse_unknown(rows)
    graph = project.graph_at(revisions(rows))
    applied = graph.effective(revisions(rows))
    found = drift(project, connection, graph.order(applied & graph.headers.keys()))
    return tuple(r for r in graph.order() if r not in applied), found


def drift(project: Project, connection: sa.Connection, applied: Sequence[str]) -> tuple[Change, ...]:
    """What would make the live schema what these revisions, in their order, lead to."""
    hooks = hooks_of(project, connection.dialect)
    tell = project.tell
    expected = included(hooks.include, state_after(project, applied))
    # Names in a file are final: under another name the next operation on a constraint would not find it.
    live = worded(connection, expected, ignore=lambda key: key not in expected, pair_names=False, tell=tell)
    return changes(diff(live, expected, questioner=NeverRename(), hooks=hooks, tell=tell), live)


def _not_leading_back(project: Project) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    state = replay(())
    for number, migration in enumerate(project.migrations, 1):
        moves = steps(migration, state)
        differences = tuple(leads_back(migration, state, moves))
        if differences:
            found.append((migration.header.revision, differences))
        state = moves[-1].after if moves else state
        project.on_work(CHECKING, number, len(project.migrations))
    return tuple(found)
