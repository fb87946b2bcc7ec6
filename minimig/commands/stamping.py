"""Commands that change what a database remembers and nothing else: stamp, prune, ensure-version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from minimig.commands.awaiting import on_its_loop
from minimig.commands.executing import alone, executor_of
from minimig.commands.project import Project
from minimig.errors import UsageError
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.identifiers import resolve
from minimig.runtime.plan import Direction, Plan, Step
from minimig.runtime.prepare import PreparedStep, prepare
from minimig.runtime.recorder import Applied, revisions


@dataclass(frozen=True)
class StampResult:
    """Revisions that were recorded and forgotten, in that order of the graph.

    `kept` are rows without a file that stay, each with the squash that still names it.
    """

    database: str
    recorded: tuple[str, ...]
    forgotten: tuple[str, ...]
    kept: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "database": self.database,
            "recorded": list(self.recorded),
            "forgotten": list(self.forgotten),
            "kept": dict(self.kept),
        }


@on_its_loop
def stamp(
    project: Project, words: Sequence[str], *, purge: bool = False, lock_timeout: float | None = None
) -> StampResult:
    """Record that the database stands at these revisions, without running anything.

    The apps that are named end up at exactly these revisions and what they need; other apps keep what they have, unless
    it rests on something that goes. With `purge` every row goes first, unknown ones too. Raises TargetError.
    """
    with project.connect() as connection:
        return stamp_connection(project, connection, words, purge=purge, lock_timeout=lock_timeout)


def stamp_connection(
    project: Project,
    connection: sa.Connection,
    words: Sequence[str],
    *,
    purge: bool = False,
    lock_timeout: float | None = None,
) -> StampResult:
    """The same for the database behind a connection."""
    with alone(project, connection, lock_timeout):
        moves = stamp_moves(project, project.applied(connection), words, purge=purge)
        executor_of(project, connection).rewrite(moves.gone, moves.fresh)
    return StampResult(project.database_name, moves.recorded, moves.forgotten)


@dataclass(frozen=True)
class StampMoves:
    """The rows that a stamp takes away, and the steps that it records; what is said of them afterwards."""

    gone: tuple[Applied, ...]
    fresh: tuple[PreparedStep, ...]
    recorded: tuple[str, ...]
    forgotten: tuple[str, ...]


def stamp_moves(project: Project, rows: Sequence[Applied], words: Sequence[str], *, purge: bool) -> StampMoves:
    """What a stamp does to a database that has these rows. Raises TargetError."""
    applied = revisions(rows)
    graph = project.graph_at(frozenset() if purge else applied, *words)
    known = frozenset() if purge else graph.effective(applied) & graph.headers.keys()
    wanted = standing_at(graph, known, words)
    forgotten = known - wanted
    forgotten |= {other for r in forgotten for other in (*graph.covered(r), *graph.covering(r))}
    gone = tuple(row for row in reversed(rows) if purge or row.revision in forgotten)
    fresh = graph.order(wanted - known)
    return StampMoves(
        gone,
        _prepared(project, graph, fresh, known & wanted),
        tuple(revision for revision in fresh if revision not in applied),
        tuple(row.revision for row in gone if row.revision not in wanted),
    )


@on_its_loop
def prune(project: Project, app: str | None = None, lock_timeout: float | None = None) -> StampResult:
    """Forget rows of an app, or of all configured apps, that no file describes any more.

    A row stays while a squash names it in `replaces`: a database with a part of them still has to be told apart.
    """
    with (
        project.connect() as connection,
        alone(project, connection, lock_timeout),
    ):
        applied = project.applied(connection)
        rows = [row for row in project.unknown(applied) if app in (None, row.app)]
        executor_of(project, connection).rewrite(rows, ())
    files = {header.revision for header in project.headers}
    squash_of = {name: header.revision for header in project.headers for name in header.replaces}
    kept = {
        row.revision: squash_of[row.revision]
        for row in applied
        if row.revision in squash_of and row.revision not in files and app in (None, row.app)
    }
    return StampResult(project.database_name, (), tuple(row.revision for row in rows), kept)


@on_its_loop
def ensure_version(project: Project, lock_timeout: float | None = None) -> bool:
    """Create the version table where it is missing, and bring an older one up to date; tells whether it was missing."""
    with (
        project.connect() as connection,
        alone(project, connection, lock_timeout),
    ):
        borrowed = connection.in_transaction()
        missing = not project.recorder.exists(connection)
        if not borrowed:
            connection.rollback()
        with nullcontext() if borrowed else connection.begin():
            project.recorder.ensure(connection)
    return missing


def standing_at(graph: MigrationGraph, known: frozenset[str], words: Sequence[str]) -> frozenset[str]:
    """The revisions that a database has that had `known` and now stands at these words. Raises TargetError."""
    if not words:
        raise UsageError("stamp needs a revision", hint="name one or several, or heads, or zero")
    targets: set[str] = set()
    apps: set[str] = set()
    for word in words:
        if word in ("base", "zero") and len(graph.apps()) != 1:
            apps.update(graph.apps())
            continue
        target = resolve(graph, known, None, word)
        if target.everything:
            targets.update(graph.heads())
            apps.update(graph.apps())
        else:
            apps.add(str(target.app))
            targets.update([target.revision] if target.revision else [])
            if target.branch:  # other branches of the app stay
                targets.update(r for r in known if graph.headers[r].app == target.app and r not in target.branch)
    needed = graph.ancestors(targets)
    gone = frozenset(r for r in known if graph.headers[r].app in apps and r not in needed)
    broken = graph.descendants(gone) if gone else frozenset()
    return needed | (known - broken)


def _prepared(
    project: Project, graph: MigrationGraph, fresh: Sequence[str], staying: frozenset[str]
) -> tuple[PreparedStep, ...]:
    plan = Plan(tuple(Step(revision, Direction.FORWARD) for revision in fresh))
    return prepare(graph, project.load, plan, staying, project.state_after)
