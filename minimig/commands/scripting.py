"""`migrate --sql` and its neighbours: a run as a script, for a database that this program does not meet.

Nobody can be asked where the database stands, so the start is said: from nothing, or from the revisions that `start`
names. Everything else is as in a run that meets its database: the same plan, the same statements, the same rows in the
version table. (Alembic's offline mode runs each file's functions against a recorder, and whatever reads data breaks
there; Django has none.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from minimig.commands.planning import plan_steps
from minimig.commands.project import Project
from minimig.commands.stamping import stamp_moves, standing_at
from minimig.dialects.registry import BUILT_IN, dialect_of, mariadb_by_mysql, server_name
from minimig.dialects.script_style import NO_FRAME, Frame, ScriptStyle
from minimig.errors import ConfigError, NeedsConnectionError, UnsupportedError, UsageError, nearest
from minimig.revisions.graph import MigrationGraph
from minimig.runtime.plan import Direction
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied, revisions
from minimig.runtime.script import OperationSQL, ScriptWriter, StepSQL
from minimig.runtime.script_text import one_line, step_lines
from minimig.version import __version__


@dataclass(frozen=True)
class ScriptOptions:
    """What a script was asked for, besides its target.

    `start` are words for where the database stands, none for an empty one. `dialect` is the name of a dialect, of the
    configured database when it is None. With `fake` nothing but the version table is written to. A `direction` refuses
    a plan that leads the other way. `mark_missing` leaves a comment where a step needs a connection.
    """

    start: tuple[str, ...] = ()
    dialect: str | None = None
    direction: Direction | None = None
    fake: bool = False
    one_transaction: bool = False
    idempotent: bool = False
    mark_missing: bool = False


@dataclass(frozen=True)
class ScriptResult:
    """A script: where it begins and ends, its steps, and its text.

    `start` and `end` name the last revision of each app, or several where its history has parted; none is an empty
    database. `setup` are the statements before the first step; `frame` is what stands around everything.
    """

    dialect: str
    start: tuple[str, ...]
    end: tuple[str, ...]
    setup: tuple[str, ...]
    steps: tuple[StepSQL, ...]
    frame: Frame
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole script."""
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Where steps stand that are comments in the script, since they need a connection."""
        return tuple(part.where for part in _left_out(self.steps))

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "dialect": self.dialect,
            "start": list(self.start),
            "end": list(self.end),
            "opening": list(self.frame[0]),
            "setup": list(self.setup),
            "steps": [_step_data(step) for step in self.steps],
            "closing": list(self.frame[1]),
            "left_out": list(self.left_out),
        }


def script_project(
    project: Project, app: str | None = None, target: str | None = None, options: ScriptOptions = ScriptOptions()
) -> ScriptResult:
    """The script of a run from `options.start` to a target. Nothing is connected to.

    Raises NeedsConnectionError, naming file and operation, for what only a live database can do, unless a comment will
    do; UnsupportedError for what the dialect cannot be told; and what a run raises before its first statement.
    """
    rows = _rows_at(project, options.start, app, target)
    prepared = plan_steps(project, rows, app, target, options.direction)
    if options.fake:
        prepared = tuple(step.faked() for step in prepared)
    writer = _writer(project, options)
    steps = writer.steps(prepared)
    if not options.mark_missing:
        _refuse_left_out(steps)
    applied = revisions(rows)
    end = _after(applied, prepared)
    needs_table = bool(steps) and (options.idempotent or not applied)
    setup = tuple([writer.create_version_table()] if needs_table else [])
    graph = project.graph_at(end, app, target, *options.start)
    return _result(writer, (_heads(graph, applied), _heads(graph, end)), setup, steps, whole=options.one_transaction)


def script_stamp(
    project: Project,
    words: Sequence[str],
    *,
    start: tuple[str, ...] = (),
    dialect: str | None = None,
    purge: bool = False,
) -> ScriptResult:
    """The script that records that a database, which stood at `start`, stands at these revisions.

    With `purge` the version table is emptied first. Raises TargetError.
    """
    rows = _rows_at(project, start, *words)
    moves = stamp_moves(project, rows, words, purge=purge)
    writer = _writer(project, ScriptOptions(dialect=dialect))
    gone = () if purge else moves.gone
    steps = (*map(writer.forgotten, gone), *map(writer.recorded, moves.fresh))
    create = [writer.create_version_table()] if (purge or not rows) and (steps or purge) else []
    setup = (*create, *([writer.forget_everything()] if purge else []))
    applied = frozenset[str]() if purge else revisions(rows)
    end = _after(applied - revisions(gone), moves.fresh)
    graph = project.graph_at(end, *words, *start)
    return _result(writer, (_heads(graph, revisions(rows)), _heads(graph, end)), setup, steps, whole=True)


# --- where it begins and ends -----------------------------------------------------------------------------------------


def _rows_at(project: Project, start: Sequence[str], *words: str | None) -> tuple[Applied, ...]:
    """The version rows of a database that stands at these words, oldest first."""
    places = [place for word in start for place in re.split(r"[\s,]+", word) if place]
    if not places:
        return ()
    graph = project.graph_at(frozenset(), *places, *words)
    there = graph.order(standing_at(graph, frozenset(), places))
    named = [name for revision in there for name in (*sorted(graph.covered(revision)), revision)]
    return tuple(Applied(app, name) for app, _, name in (revision.partition(".") for revision in named))


def _after(applied: frozenset[str], prepared: Sequence[PreparedStep]) -> frozenset[str]:
    """What is applied once these steps have run."""
    for step in prepared:
        touched = {step.step.revision, *step.also}
        applied = applied - touched if step.step.direction is Direction.BACKWARD else applied | touched
    return applied


def _heads(graph: MigrationGraph, applied: frozenset[str]) -> tuple[str, ...]:
    """The applied revisions behind which none of the same app is applied."""
    there = graph.order(applied & graph.headers.keys())
    app_of = {revision: graph.headers[revision].app for revision in there}
    return tuple(r for r in there if not any(app_of.get(child) == app_of[r] for child in graph.children(r)))


# --- how it is written ------------------------------------------------------------------------------------------------


def _writer(project: Project, options: ScriptOptions) -> ScriptWriter:
    dialect = _dialect(project, options.dialect)
    return ScriptWriter(dialect, project.recorder, options.one_transaction, options.idempotent, project.tell)


def _dialect(project: Project, name: str | None) -> sa.Dialect:
    """The dialect of that name, or the configured one. Raises UsageError for a name that nobody has.

    A MariaDB that is reached by a URL with `mysql` in it keeps the name mysql, which options of tables and variants of
    SQL go by; a script for it must do the same.
    """
    if name is None:
        return project.dialect
    if name == "mariadb" and not str(project.settings.url).startswith("mariadb+"):
        return mariadb_by_mysql()
    try:
        return dialect_of(f"{name}://")
    except (ConfigError, UnsupportedError) as error:
        raise UsageError(
            f"there is no dialect {name!r}", hint=nearest(name, BUILT_IN) or f"one of {', '.join(sorted(BUILT_IN))}"
        ) from error


def _left_out(steps: Sequence[StepSQL]) -> list[OperationSQL]:
    return [part for step in steps for part in step.operations if part.left_out is not None]


def _refuse_left_out(steps: Sequence[StepSQL]) -> None:
    if missing := _left_out(steps):
        raise NeedsConnectionError(
            str(missing[0].left_out) if len(missing) == 1 else f"{len(missing)} steps need a live connection",
            where="; ".join(part.where for part in missing),
            hint="let minimig migrate run them; or leave a comment in their place with --mark-missing, and do by hand"
            " what they do where the comment stands",
        )


def _result(
    writer: ScriptWriter,
    ends: tuple[tuple[str, ...], tuple[str, ...]],
    setup: tuple[str, ...],
    steps: tuple[StepSQL, ...],
    *,
    whole: bool,
) -> ScriptResult:
    """The script as text; `whole` makes one transaction of it, where the dialect has that."""
    style, dialect = writer.style, server_name(writer.dialect)
    opening, closing = (style.opening, style.closing) if writer.editor.transactional_ddl else style.loose
    if not whole or not (setup or steps):
        opening, closing = NO_FRAME
    lines = [*_header(dialect, style, *ends), *style.head, *map(style.terminated, style.session)]
    lines += map(style.terminated, opening)
    if setup:
        lines += ["", "-- the version table", *map(style.terminated, setup)]
    for step in steps:
        lines += ["", f"-- {_title(step)}", *step_lines(step, style, dialect)]
        lines += () if whole else style.tail
    lines += map(style.terminated, closing)
    lines += style.tail if whole else ()
    if not steps and not setup:
        lines += ["", "-- Nothing to do."]
    return ScriptResult(dialect, *ends, setup, steps, (opening, closing), tuple(lines))


def _header(dialect: str, style: ScriptStyle, start: Sequence[str], end: Sequence[str]) -> list[str]:
    run = [f"-- Run it so that it stops at its first error: {style.usage}"] if style.usage else []
    return [
        f"-- Written by minimig {__version__} for {dialect}.",
        f"-- From: {', '.join(start) or 'base'}",
        f"-- To: {', '.join(end) or 'base'}",
        *run,
    ]


def _title(step: StepSQL) -> str:
    verb = "apply" if step.step.direction is Direction.FORWARD else "take back"
    if step.step.faked:
        verb = "record" if step.step.direction is Direction.FORWARD else "forget"
    return one_line(f"{verb} {step.step.revision}{': ' if step.title else ''}{step.title}")


def _step_data(step: StepSQL) -> dict[str, Any]:
    return {
        "revision": step.step.revision,
        "direction": str(step.step.direction),
        "faked": step.step.faked,
        "title": step.title,
        "operations": [
            {
                "operation": part.operation.describe(),
                "statements": list(part.statements),
                "left_out": part.left_out,
            }
            for part in step.operations
        ],
        "version_rows": list(step.rows),
        "opening": list(step.frame[0]),
        "closing": list(step.frame[1]),
    }
