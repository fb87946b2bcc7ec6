"""What is wrong between the rows of a database and the files: the facts that `repair` and `diagnose` tell.

Works for a history that is broken: whatever can be read is looked at. Reads only, and takes no lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from minimig.commands.edits import Edit, edits
from minimig.commands.interrupted import HalfDone, half_done
from minimig.commands.project import Project
from minimig.errors import MinimigError, RevisionFileError
from minimig.revisions.survey import Survey
from minimig.runtime.plan import Direction, Plan, Step, late
from minimig.runtime.recorder import Applied, revisions


@dataclass(frozen=True)
class Damage:
    """What does not fit together, each kind by itself.

    `missing` are rows of configured apps without a file; `orphans` are applied revisions, each with a revision that it
    depends on and that is not applied; `late` are revisions to come, each with one behind it that is applied already.
    """

    rows: tuple[Applied, ...]
    survey: Survey
    half_done: tuple[HalfDone, ...] = ()
    edits: tuple[Edit, ...] = ()
    missing: tuple[str, ...] = ()
    orphans: tuple[tuple[str, str], ...] = ()
    pending: tuple[str, ...] = ()
    late: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[MinimigError, ...] = ()

    @property
    def changed(self) -> tuple[Edit, ...]:
        """Files that do something else now than what was applied."""
        return tuple(edit for edit in self.edits if not edit.cosmetic)

    @property
    def applied(self) -> tuple[str, ...]:
        """The applied revisions that have a file, squashes counted, in order."""
        graph = self.survey.graph
        return graph.order(graph.effective(revisions(self.rows)) & graph.headers.keys())


def damage(project: Project, connection: sa.Connection | None) -> Damage:
    """Look at the rows behind a connection, and at the files; None is a database that does not exist yet."""
    rows = () if connection is None else project.applied(connection)
    survey = project.survey_at(revisions(rows))
    graph = survey.graph
    applied = graph.effective(revisions(rows))
    pending = tuple(revision for revision in graph.order() if revision not in applied)
    found, problems = readable_edits(project, survey, rows)
    return Damage(
        rows=rows,
        survey=survey,
        half_done=() if connection is None else half_done(project, connection, rows),
        edits=found,
        missing=_missing(project, survey, rows),
        orphans=tuple(
            (revision, parent)
            for revision in graph.order(applied & graph.headers.keys())
            for parent in graph.parents(revision)
            if parent not in applied
        ),
        pending=pending,
        late=late(graph, applied, Plan(tuple(Step(revision, Direction.FORWARD) for revision in pending))),
        problems=(*survey.problems, *problems),
    )


def _missing(project: Project, survey: Survey, rows: Sequence[Applied]) -> tuple[str, ...]:
    stood_for = {name for header in survey.headers.values() for name in header.replaces}
    known = {*survey.headers, *survey.broken, *stood_for}
    return tuple(row.revision for row in rows if row.app in project.settings.apps and row.revision not in known)


def readable_edits(
    project: Project, survey: Survey, rows: Sequence[Applied]
) -> tuple[tuple[Edit, ...], tuple[MinimigError, ...]]:
    """The edited files, whatever is wrong with others, and why some of them could not be loaded."""
    found: list[Edit] = []
    problems: list[MinimigError] = []
    for row in rows:
        try:
            found += edits(survey.graph.headers, project.load_file, [row])
        except RevisionFileError as error:
            problems.append(error)
    return tuple(found), tuple(problems)
