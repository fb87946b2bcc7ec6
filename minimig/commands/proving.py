"""A squash proven by doing: the old files on one database, the new one on another, and both schemas compared.

In: a squash that is not written yet. Out: where it was proven, or an error with what differs. `squashing` has proven
already that the states agree; this adds what only a database can tell: SQL that people wrote, functions that run, and
whether each statement works at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.questioner import NeverRename
from minimig.commands.awaiting import in_loop_for
from minimig.commands.project import Project
from minimig.commands.squashing import SquashResult
from minimig.dialects.worded import worded
from minimig.environment import engine_for
from minimig.errors import StateError
from minimig.revisions.details import plain_lines
from minimig.revisions.loader import Migration
from minimig.revisions.replay import changes, downward, replay, states_along, steps
from minimig.revisions.stored import read_text
from minimig.runtime.executor import Executor
from minimig.runtime.plan import Direction, Step
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Recorder
from minimig.runtime.rehearsal import rehearse
from minimig.runtime.scratch import scratch_database
from minimig.state.schema import SchemaState
from minimig.urls import choose_driver, mask_url


@dataclass(frozen=True)
class Proof:
    """The kind of database on which old and new lead to the same, and whether the way back was walked as well."""

    database: str
    back: bool


def prove_squash(project: Project, squashed: SquashResult, url: str | None = None) -> Proof:
    """Run what a squash replaces, and the squash, on two scratch databases: on SQLite, or on the server at `url`.

    Raises StateError with what differs, MigrationFailedError where a file does not run, UnsupportedError.
    """
    engines = [] if url is None else [engine_for(choose_driver(url))]
    return in_loop_for(engines, partial(_proven, project, squashed, url))


def _proven(project: Project, squashed: SquashResult, url: str | None) -> Proof:
    graph, file = project.graph, squashed.file
    members = graph.order(squashed.replaces)
    older = [project.load(name) for name in graph.order(graph.ancestors(members) - set(members))]
    old = [project.load(name) for name in members]
    new = [read_text(file.app, file.name, file.text, str(file.path))]
    before = replay(older)
    wanted = replay(old, before)
    back = squashed.irreversible is None and new[0].header.irreversible is None
    with ExitStack() as stack:
        one, other = (stack.enter_context(_connected(stack, url)) for _ in range(2))
        for connection, chain in ((one, old), (other, new)):
            _run(connection, _forward(older, SchemaState()))
            _run(connection, _forward(chain, before))
        _compare(one, other, wanted, "up")
        if back:
            for connection, chain in ((one, old), (other, new)):
                _run(connection, _backward(chain, before))
            _compare(one, other, before, "down")
        kind = one.dialect.name if url is None else mask_url(url)
    return Proof(kind, back)


def _connected(stack: ExitStack, url: str | None) -> sa.Connection:
    return stack.enter_context(scratch_database(url)).connect()


def _run(connection: sa.Connection, prepared: Sequence[PreparedStep]) -> None:
    Executor(connection, Recorder()).run(rehearse(prepared, connection.dialect))


def _forward(migrations: Iterable[Migration], before: SchemaState) -> list[PreparedStep]:
    found = []
    for migration in migrations:
        moves = tuple(steps(migration, before))
        before = moves[-1].after if moves else before
        found.append(PreparedStep(Step(migration.revision, Direction.FORWARD), migration, moves))
    return found


def _backward(migrations: Sequence[Migration], before: SchemaState) -> list[PreparedStep]:
    starts = [before, *(state for _, state in states_along(migrations, before))]
    found = [
        PreparedStep(Step(migration.revision, Direction.BACKWARD), migration, tuple(downward(migration, start)))
        for migration, start in zip(migrations, starts, strict=False)
    ]
    return found[::-1]


def _compare(one: sa.Connection, other: sa.Connection, wanted: SchemaState, way: str) -> None:
    """Raise StateError unless the two databases hold the same schema, whatever it is."""
    own = Recorder().table.key
    old, new = (worded(connection, wanted, ignore=lambda key: key == own) for connection in (one, other))
    different = changes(diff(new, old, questioner=NeverRename()), new)
    for connection in (one, other):
        connection.rollback()
    if different:
        lines = "\n".join(plain_lines(different))
        raise StateError(
            f"on the way {way} the squash leads to another schema than what it replaces; what it lacks:\n{lines}",
            where=mask_url(one.engine.url.render_as_string()),
            hint="SQL that changes the schema should say so by state_operations; --no-optimize keeps each operation;"
            " no file was written",
        )
