"""Commands that tell the history: history, heads, branches, show, current, and what `graph` draws.

They read what can be read: a broken file, a missing parent or a circle is among the problems that the result carries,
and the rest is shown all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from minimig.commands.awaiting import on_its_loop
from minimig.commands.interrupted import HalfDone, half_done
from minimig.commands.project import Project
from minimig.errors import MinimigError, TargetError
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.identifiers import resolve
from minimig.revisions.ranges import between
from minimig.revisions.survey import Survey
from minimig.runtime.recorder import Applied, revisions


@dataclass(frozen=True)
class Entry:
    """One revision in its place. Tuples hold revisions; `after` are those of its own app, `needs` those of others.

    `applied` is None where no database was asked; `current` means that nothing of the app that is applied comes after.
    """

    revision: str
    title: str
    doc: str
    path: str
    after: tuple[str, ...]
    needs: tuple[str, ...]
    before: tuple[str, ...]
    labels: tuple[str, ...]
    replaces: tuple[str, ...]
    is_head: bool
    is_effective_head: bool
    applied: bool | None = None
    current: bool = False

    @property
    def is_base(self) -> bool:
        return not self.after

    @property
    def is_branch_point(self) -> bool:
        return len(self.before) > 1

    @property
    def is_merge_point(self) -> bool:
        return len(self.after) > 1

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        flags = {"base": self.is_base, "branch_point": self.is_branch_point, "merge_point": self.is_merge_point}
        return {
            "revision": self.revision,
            "title": self.title,
            "doc": self.doc,
            "path": self.path,
            "after": list(self.after),
            "needs": list(self.needs),
            "before": list(self.before),
            "labels": list(self.labels),
            "replaces": list(self.replaces),
            "head": self.is_head,
            "effective_head": self.is_effective_head,
            **flags,
            "applied": self.applied,
            "current": self.current,
        }


@dataclass(frozen=True)
class History:
    """Entries in the order asked for, and what was wrong on the way.

    `unknown` are rows of the database that have no file, `broken` those whose file cannot be read. `half_done` are
    revisions that an interrupted run left so, each with its direction; only `current` looks for them. `at_heads` says
    whether what `current` told is each head and nothing else.
    """

    entries: tuple[Entry, ...]
    unknown: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    problems: tuple[MinimigError, ...] = ()
    database: str | None = None
    at_heads: bool | None = None
    half_done: Mapping[str, str] | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "entries": [entry.to_dict() for entry in self.entries],
            "unknown": list(self.unknown),
            "broken": list(self.broken),
            "problems": [problem.to_dict() for problem in self.problems],
            "database": self.database,
            "at_heads": self.at_heads,
            "half_done": None if self.half_done is None else dict(self.half_done),
        }


def history(project: Project, app: str | None = None, span: str | None = None, *, mark: bool = False) -> History:
    """The revisions of an app, or of all, newest first; `span` (`START:END`) takes a part of them.

    With `mark`, or where the span says `current`, the database is asked what is applied. Raises TargetError for words
    that name nothing.
    """
    project.check_apps(app)
    asked = mark or "current" in (span or "")
    rows = _rows(project) if asked else None
    survey = _survey(project, rows)
    graph = survey.graph
    wanted: Iterable[str] = graph.headers if app is None else graph.revisions(app)
    if span is not None:
        wanted = between(graph, graph.effective(rows or ()), app, span)
    return _told(project, survey, reversed(graph.order(wanted)), rows)


def heads(project: Project, app: str | None = None, *, effective: bool = False) -> History:
    """The heads of an app, or of all; with `effective`, only those that no revision of another app depends on."""
    project.check_apps(app)
    graph = project.survey.graph
    found = (head for head in graph.heads(app) if not effective or not graph.children(head))
    return _told(project, project.survey, found, None)


def branch_points(project: Project, app: str | None = None) -> History:
    """The revisions after which an app's history parts."""
    project.check_apps(app)
    return _told(project, project.survey, project.survey.graph.branches(app), None)


def show(project: Project, words: Collection[str]) -> History:
    """The revisions that these words name: identifiers, labels, `heads`, `current`."""
    rows = _rows(project) if "current" in words else None
    survey = _survey(project, rows)
    graph = survey.graph
    found: dict[str, None] = {}
    for word in words:
        if word == "current":
            found.update(dict.fromkeys(last_applied(graph, rows or frozenset())))
            continue
        target = resolve(graph, frozenset(), None, word)
        if target.everything:
            found.update(dict.fromkeys(graph.heads()))
        elif target.revision is None:
            raise TargetError(f"{word!r} is no revision", hint="name one, or a label, heads, or current")
        else:
            found[target.revision] = None
    return _told(project, survey, found, rows)


def current(project: Project, app: str | None = None) -> History:
    """Where the database stands: the last applied revisions of an app, or of all. Creates nothing."""
    project.check_apps(app)
    applied, every = _recorded(project)
    halves = {half.revision: half.direction for half in every if app in (None, half.revision.partition(".")[0])}
    rows = revisions(applied)
    survey = _survey(project, rows)
    graph = survey.graph
    found = [r for r in last_applied(graph, rows) if app is None or graph.headers[r].app == app]
    told = _told(project, survey, found, rows)
    at_heads = not (told.unknown or told.broken or halves) and set(found) == set(graph.heads(app))
    return replace(told, at_heads=at_heads, half_done=halves)


@on_its_loop
def _recorded(project: Project) -> tuple[tuple[Applied, ...], tuple[HalfDone, ...]]:
    with project.connect() as connection:
        applied = project.applied(connection)
        return applied, half_done(project, connection, applied)


@on_its_loop
def _rows(project: Project) -> frozenset[str]:
    with project.connect() as connection:
        return revisions(project.applied(connection))


def _survey(project: Project, rows: frozenset[str] | None) -> Survey:
    """What the files hold; the rows, where the database was asked, decide which squashes stand."""
    return project.survey if rows is None else project.survey_at(rows)


def last_applied(graph: MigrationGraph, rows: frozenset[str]) -> tuple[str, ...]:
    """The applied revisions after which none of the same app is applied."""
    known = frozenset(revision for revision in graph.effective(rows) if revision in graph.headers)
    return tuple(r for r in graph.order(known) if known.isdisjoint(_own(graph, r, graph.children(r))))


def _own(graph: MigrationGraph, revision: str, others: Iterable[str]) -> tuple[str, ...]:
    app = graph.headers[revision].app
    return tuple(other for other in others if graph.headers[other].app == app)


def _told(project: Project, survey: Survey, wanted: Iterable[str], rows: frozenset[str] | None) -> History:
    graph = survey.graph
    applied = None if rows is None else graph.effective(rows)
    here = frozenset(last_applied(graph, applied)) if applied is not None else frozenset()
    labels: Mapping[str, tuple[str, ...]] = {r: graph.headers[r].labels for r in graph.headers}
    entries = []
    for revision in wanted:
        header, parents, children = graph.headers[revision], graph.parents(revision), graph.children(revision)
        after, before = _own(graph, revision, parents), _own(graph, revision, children)
        entries.append(
            Entry(
                revision=revision,
                title=header.title,
                doc=header.doc,
                path=str(header.path),
                after=after,
                needs=tuple(parent for parent in parents if parent not in after),
                before=before,
                labels=labels[revision],
                replaces=header.replaces,
                is_head=not before,
                is_effective_head=not children,
                applied=None if applied is None else revision in applied,
                current=revision in here,
            )
        )
    broken = tuple(r for r in survey.broken if r in (rows or ()) and r not in graph.hidden)
    database = None if rows is None else project.database_name
    return History(tuple(entries), survey.lost(rows or ()), broken, survey.problems, database)
