"""Stepping back without the file: revisions that only the version table still knows, taken back by what it recorded.

In: the rows of a database. Out: prepared steps that take back each revision without a file, the last one first. Where
the rows hold what `up` did, the schema at each point is replayed as ever. Rows of older versions hold the way down
alone: then the live schema is read and followed down, which knows what the database reports and nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from minimig.commands.project import Project
from minimig.dialects.worded import worded
from minimig.environment import import_path
from minimig.errors import HistoryError, StateError
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from minimig.revisions.loader import Migration
from minimig.revisions.replay import downward_from
from minimig.revisions.stored import Stored, read_stored
from minimig.runtime.plan import Direction, Plan, Step
from minimig.runtime.prepare import PreparedStep, prepare
from minimig.runtime.recorder import Applied, revisions
from minimig.state.schema import SchemaState


def steps_from_record(
    project: Project, connection: sa.Connection, rows: Sequence[Applied], app: str | None
) -> tuple[PreparedStep, ...]:
    """What takes back the revisions of an app, or of all, that have no file; nothing was executed.

    Raises HistoryError for a row without a way back, RevisionFileError for a text that cannot be used.
    """
    gone = [row for row in project.unknown(rows) if app in (None, row.app)]
    if not gone:
        return ()
    borrowed = connection.in_transaction()
    try:
        stored = _read(project, connection, gone)
        graph = MigrationGraph([*project.headers, *_headers(project, gone, stored)], revisions(rows))
        effective = graph.effective(revisions(rows)) & graph.headers.keys()
        doomed = graph.order(graph.descendants(stored.keys() & graph.headers.keys()) & effective)
        plan = Plan(tuple(Step(revision, Direction.BACKWARD) for revision in reversed(doomed)))

        def load(revision: str) -> Migration:
            return stored[revision].migration if revision in stored else project.load(revision)

        if all(each.complete for each in stored.values()):
            return _prepared(graph, load, plan, effective)
        like = project.state_after(graph.order(effective - set(doomed)))
        return _along_live(worded(connection, like), graph, [load(step.revision) for step in plan])
    finally:
        if not borrowed:
            connection.rollback()


def _prepared(
    graph: MigrationGraph, load: Callable[[str], Migration], plan: Plan, effective: frozenset[str]
) -> tuple[PreparedStep, ...]:
    """The steps along the replayed states. Raises StateError where rows and files do not fit together."""
    try:
        return prepare(graph, load, plan, effective)
    except StateError as error:
        raise StateError(
            f"the recorded revisions do not fit beside the files that there are: {error.message}; nothing was changed",
            where=error.where,
            hint="if a squash stands for them that no longer says so, forget their rows: minimig migrate --prune",
        ) from error


def _read(project: Project, connection: sa.Connection, gone: Sequence[Applied]) -> dict[str, Stored]:
    """The migrations in the rows. Raises HistoryError for a row that has none and that no other row stands for."""
    texts = project.recorder.ways_back(connection, gone)
    with import_path(project.settings.root):
        stored = {
            row.revision: read_stored(row.app, row.name, text)
            for row in gone
            if (text := texts.get(row.revision)) is not None
        }
    covered = {name for each in stored.values() for name in each.migration.header.replaces}
    for row in gone:
        if row.revision not in stored and row.revision not in covered:
            raise HistoryError(
                f"{row.revision} has no file, and the version table has no way back for it: it is irreversible, was"
                " recorded without being run, or needs a function that has no name",
                where=project.database_name,
                hint="put the file back; or, where nothing of it is to be undone, forget it with"
                " minimig migrate --prune; nothing was changed",
            )
    return {name: _seen_from_here(project, each) for name, each in stored.items()}


def _seen_from_here(project: Project, stored: Stored) -> Stored:
    """A squash whose replaced files are all here has nothing to undo: they are what the database has, and stay."""
    header = stored.migration.header
    if not header.replaces or not project.graph.headers.keys() >= set(header.replaces):
        return stored
    plain = replace(header, replaces=(), dependencies=(*header.dependencies, *header.replaces))
    return replace(stored, migration=replace(stored.migration, header=plain, up=(), down=()))


def _headers(project: Project, gone: Sequence[Applied], stored: Mapping[str, Stored]) -> Iterator[Header]:
    """The headers of the rows, without links to what nobody knows any more.

    A row that does not say what it came after came after those of its app that were applied before.
    """
    every = [*project.headers, *(each.migration.header for each in stored.values())]
    known = {name for header in every for name in (header.revision, *header.replaces)}
    last: dict[str, str] = {}
    for row in gone:
        if row.revision not in stored:
            continue
        each = stored[row.revision]
        links = each.migration.header.dependencies
        if not each.complete and row.app in last:
            links = (last[row.app],)
        yield replace(each.migration.header, dependencies=tuple(name for name in links if name in known))
        last[row.app] = row.revision


def _along_live(live: SchemaState, graph: MigrationGraph, migrations: Sequence[Migration]) -> tuple[PreparedStep, ...]:
    """The steps followed down from the live schema."""
    found = []
    state = live
    for migration in migrations:
        moves = tuple(downward_from(migration, state))
        state = moves[-1].after if moves else state
        step = Step(migration.revision, Direction.BACKWARD)
        found.append(PreparedStep(step, migration, moves, graph.covered(migration.revision)))
    return tuple(found)
