"""Commands that move a database: migrate, and the plan of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from minimig.commands.awaiting import on_its_loop
from minimig.commands.executing import AS_CONFIGURED, Waits, alone, executor_of, tell_of_run
from minimig.commands.interrupted import HalfDone, half_done, refuse_half_done
from minimig.commands.net_effect import net_effect
from minimig.commands.planning import Place, late_steps, place_of_database, plan_steps, squashes_to_record
from minimig.commands.project import Project
from minimig.commands.recorded import steps_from_record
from minimig.dialects.facts import facts_of
from minimig.errors import IrreversibleError, StateError
from minimig.operations.base import Operation
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.replay import downward
from minimig.runtime.events import Listener, silence
from minimig.runtime.executor import Executor
from minimig.runtime.foreseen import Foreseen
from minimig.runtime.log import logged
from minimig.runtime.once import Itself
from minimig.runtime.plan import Direction, Step
from minimig.runtime.prepare import PreparedStep, schemas_of
from minimig.runtime.recorder import Applied, revisions
from minimig.runtime.rehearsal import rehearse
from minimig.runtime.retrying import Patience
from minimig.runtime.stages import Rehearsed

OnLate = Callable[[Mapping[str, str]], object]
"""What is called before anything runs with the steps that come late, and behind which revision each of them comes."""


def unheard(late: Mapping[str, str]) -> None:
    """For who does not want to hear of it."""


MarkInitials = Callable[[Project, sa.Connection, MigrationGraph, Sequence[PreparedStep]], tuple[PreparedStep, ...]]


@dataclass(frozen=True)
class PlannedStep:
    """A step of a plan, and the operations that it runs in its direction.

    `irreversible` says why it could not be taken back; only a plan looks for that.
    """

    step: Step
    operations: tuple[Operation, ...]
    irreversible: str | None = None


@dataclass(frozen=True)
class MigrateResult:
    """What migrate did, or with `dry` would do.

    `seconds` is the time of the whole run; `unknown` are applied revisions that no file describes. `late` are those
    that come behind a later one of their app, by revision. `place` is there when an app or a target was named and
    there is nothing to do; `recorded` are squashes that only lacked their row. What the first `at_once` steps lead to
    was made in one go. `half_done` is what an earlier run was interrupted in; only a plan asks for that.
    """

    database: str
    steps: tuple[PlannedStep, ...]
    seconds: float
    dry: bool
    unknown: tuple[str, ...] = ()
    late: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None
    recorded: tuple[str, ...] = ()
    at_once: int = 0
    half_done: tuple[HalfDone, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "database": self.database,
            "steps": [
                {
                    "revision": planned.step.revision,
                    "direction": str(planned.step.direction),
                    "faked": planned.step.faked,
                    "operations": [operation.describe() for operation in planned.operations],
                    "irreversible": planned.irreversible,
                }
                for planned in self.steps
            ],
            "seconds": self.seconds,
            "dry": self.dry,
            "unknown": list(self.unknown),
            "out_of_order": dict(self.late),
            "recorded": list(self.recorded),
            "at_once": self.at_once,
            "half_done": [half.to_dict() for half in self.half_done],
            "pending": [] if self.place is None else list(self.place.pending),
        }


@dataclass(frozen=True)
class MigrateOptions:
    """What migrate was asked for, besides the target.

    `dry` plans only, `fake` records without running. `initials` marks the steps of initial migrations whose tables are
    there already, as `commands.initials` does; without it they run. With `from_record`, revisions whose file is gone
    are taken back first, by what the version table has recorded. `lock_timeout` is how many seconds to wait for another
    runner. With a `direction`, a plan that leads the other way is refused. `whole` makes one transaction of the run;
    `assume` says whether a statement that an interrupted run sent, and of which nobody can know, took effect;
    `patience` how long statements wait for other sessions, and how often they are tried; `precheck` has the rows
    looked at before the run that would stop it. `one_by_one` carries out each step also where the net effect of many
    would do: see `commands.net_effect`.
    """

    dry: bool = False
    fake: bool = False
    initials: MarkInitials | None = None
    from_record: bool = False
    lock_timeout: float | None = None
    direction: Direction | None = None
    whole: bool = False
    assume: bool | None = None
    patience: Patience | Waits = AS_CONFIGURED
    precheck: bool = True
    one_by_one: bool = False


@on_its_loop
def migrate_project(
    project: Project,
    app: str | None = None,
    target: str | None = None,
    options: MigrateOptions = MigrateOptions(),
    listener: Listener = silence,
    on_late: OnLate = unheard,
) -> MigrateResult:
    """Bring the configured database to a target; see `migrate_connection`."""
    with project.connect() as connection:
        return migrate_connection(project, connection, app, target, options, listener, on_late)


def migrate_connection(
    project: Project,
    connection: sa.Connection,
    app: str | None,
    target: str | None,
    options: MigrateOptions,
    listener: Listener = silence,
    on_late: OnLate = unheard,
    rows: Sequence[Applied] | None = None,
) -> MigrateResult:
    """Bring the database behind `connection` to a target; `rows` are those of its version table, where they are known.

    One runner at a time: when another is at work, this one waits, and plans again once it is alone. A run with nothing
    to do takes no lock. A connection inside a transaction belongs to the caller: nothing is committed then. Raises
    LockError, TargetError, HeadsError, HistoryError, RevisionFileError, StateError, IrreversibleError and
    UnsupportedError before anything runs, MigrationFailedError when a migration fails.
    """
    rows = project.applied(connection) if rows is None else rows
    run = _planned(project, connection, rows, app, target, options)
    prepared = run.steps
    if not prepared:
        refuse_half_done(project, connection, rows, prepared)
    behind = late_steps(project, rows, prepared, app, target)
    seconds, squashes, at_once = 0.0, tuple[PreparedStep, ...](), run.net.count if run.net else 0
    begun = half_done(project, connection, rows) if options.dry and prepared else ()
    if options.dry:
        on_late(behind)
    elif prepared or squashes_to_record(project, rows):
        with alone(project, connection, options.lock_timeout):
            now = project.applied(connection)
            if revisions(now) != revisions(rows) or options.initials is not None:  # another runner was faster
                run = _planned(project, connection, now, app, target, options)
                prepared = run.steps
                behind = late_steps(project, now, prepared, app, target)
            refuse_half_done(project, connection, now, prepared)
            on_late(behind)
            executor = _executor(project, connection, options)
            listener = logged(listener, project.database_name)
            tell_of_run("before_run", project.environment.before_run, prepared, connection)
            if options.fake:
                executor.fake(prepared, listener)
            else:
                seconds, at_once = executor.run(run, listener), executor.at_once
            if project.has_squashes:
                squashes = squashes_to_record(project, project.applied(connection))
                executor.rewrite((), squashes)
            tell_of_run("after_run", project.environment.after_run, prepared, connection)
    else:
        tell_of_run("after_run", project.environment.after_run, (), connection)
    steps = tuple(_told(step, options) for step in prepared)
    unknown = tuple(row.revision for row in project.unknown(rows))
    recorded = tuple(squash.step.revision for squash in squashes)
    place = None if prepared else place_of_database(project, rows, app, target)
    return MigrateResult(
        project.database_name, steps, seconds, options.dry, unknown, behind, place, recorded, at_once, begun
    )


def _executor(project: Project, connection: sa.Connection, options: MigrateOptions) -> Executor:
    return executor_of(
        project,
        connection,
        whole=options.whole,
        assume=options.assume,
        patience=options.patience,
        precheck=options.precheck,
    )


def has_nothing_to_do(project: Project, rows: Sequence[Applied]) -> bool:
    """Whether a database with these rows has all there is; no file is executed to find out."""
    graph = project.graph_at(revisions(rows))
    return graph.effective(revisions(rows)) >= graph.headers.keys() and not squashes_to_record(project, rows)


def _planned(
    project: Project,
    connection: sa.Connection,
    rows: Sequence[Applied],
    app: str | None,
    target: str | None,
    options: MigrateOptions,
) -> Foreseen:
    """The steps, those that are only recorded marked, unless the database cannot be told one of the others."""
    first: tuple[PreparedStep, ...] = ()
    if options.from_record:
        first = steps_from_record(project, connection, rows, app)
        gone = {revision for step in first for revision in (step.step.revision, *step.also)}
        rows = [row for row in rows if row.revision not in gone]
    planned = plan_steps(project, rows, app, target, options.direction, fake=options.fake)
    prepared = (*first, *planned) if first else planned
    if options.fake:
        return Foreseen(tuple(step.faked() for step in prepared))
    if options.initials is not None and prepared:
        prepared = options.initials(project, connection, project.graph_at(revisions(rows), app, target), prepared)
    one_by_one = options.one_by_one or options.whole or connection.in_transaction() or project.environment.on_step
    fresh, dialect = not (rows or first or one_by_one), connection.dialect
    if prepared is planned:  # as for each database that has had the same
        facts = facts_of(dialect, project.once(Itself(prepared), lambda: schemas_of(prepared)))
        run = project.once((Itself(prepared), facts, fresh), lambda: _on_paper(prepared, dialect, fresh=fresh))
    else:
        run = _on_paper(prepared, dialect, fresh=fresh)
    if rehearsed := run.steps[run.net.count if run.net else 0 :]:
        project.tell(Rehearsed(rehearsed, dialect.name))
    return run


def _on_paper(prepared: tuple[PreparedStep, ...], dialect: sa.Dialect, *, fresh: bool) -> Foreseen:
    """The run gone through; of a `fresh` database with what may stand for the first steps."""
    net = net_effect(prepared, dialect) if fresh else None
    count = 0 if net is None else net.count
    return Foreseen((*prepared[:count], *rehearse(prepared[count:], dialect)), net)


def _told(step: PreparedStep, options: MigrateOptions) -> PlannedStep:
    operations = tuple(move.operation for move in step.moves)
    return PlannedStep(step.step, operations, _irreversible(step) if options.dry else None)


def _irreversible(prepared: PreparedStep) -> str | None:
    """Why a step forward could not be taken back, None when it could."""
    migration, forward = prepared.migration, prepared.step.direction is Direction.FORWARD
    if not forward or not prepared.moves:
        return None
    if migration.header.irreversible is None and migration.down is not None:
        return None  # a `down` of its own; whether it fits is what minimig check looks at
    try:
        downward(migration, prepared.moves[0].before, prepared.moves)
    except IrreversibleError as error:
        return error.message
    except StateError:
        return None  # likewise
    return None
