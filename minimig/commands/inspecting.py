"""Commands that look and change nothing: showmigrations, sqlmigrate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from minimig.commands.awaiting import on_its_loop
from minimig.commands.damage import readable_edits
from minimig.commands.interrupted import half_done
from minimig.commands.project import Project
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.registry import editor_for
from minimig.dialects.script_style import NO_FRAME, ScriptStyle
from minimig.errors import MinimigError, TargetError
from minimig.revisions.header import Header
from minimig.revisions.identifiers import resolve
from minimig.revisions.replay import downward, steps
from minimig.runtime.output import ScriptOutput
from minimig.runtime.plan import Direction, Step
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied
from minimig.runtime.rehearsal import refuse_names
from minimig.runtime.script import OperationSQL, StepSQL, operations_sql, own_frame
from minimig.runtime.script_text import step_lines
from minimig.stages import Tell, untold


@dataclass(frozen=True)
class MigrationRow:
    """One revision and whether the database has it.

    `on_disk` is False for a row without a file, and `broken` says that there is one which cannot be read.
    `replaces` are the revisions that a squash stands for; `shown_by` is what stands in place of a revision that is not
    part of the history here: the squash that replaces it or, of a squash that makes way, the last of what it replaces.
    `counted` means that a squash is in effect and only lacks its row, which the next migrate writes. `half_done` is the
    direction in which an earlier run was interrupted in it. `edited` says, where that was asked for, what an edit of an
    applied file has changed: `meaning` or `spelling`.
    """

    app: str
    name: str
    applied: bool
    applied_at: datetime | None
    dependencies: tuple[str, ...]
    on_disk: bool = True
    replaces: tuple[str, ...] = ()
    shown_by: str | None = None
    counted: bool = False
    broken: bool = False
    half_done: str | None = None
    edited: str | None = None

    @property
    def revision(self) -> str:
        return f"{self.app}.{self.name}"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"revision": self.revision, **asdict(self)}


@dataclass(frozen=True)
class ShownMigrations:
    """What showmigrations tells: its rows, and what is wrong with the files."""

    rows: tuple[MigrationRow, ...]
    problems: tuple[MinimigError, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "migrations": [row.to_dict() for row in self.rows],
            "problems": [problem.to_dict() for problem in self.problems],
        }


def show_migrations(project: Project, apps: Sequence[str], *, compare: bool = False) -> ShownMigrations:
    """Every revision in execution order; then those in whose place others stand, broken files, and rows without a file.

    With `apps`, those apps and what they need; with `compare`, applied files are compared with their rows. Works while
    heads conflict, and for a history that is broken: what can be read is shown, what is wrong is among the problems.
    """
    project.check_apps(*apps)
    applied, halves = _rows(project)
    found = project.survey_at(frozenset(applied))
    graph = found.graph
    shown = graph.headers.keys() if not apps else graph.ancestors([h for app in apps for h in graph.heads(app)])
    rows = []
    for revision in graph.order(shown):
        counted = revision not in applied and revision in graph.effective(())
        row = _row(revision, applied, graph.headers[revision])
        rows.append(replace(row, dependencies=graph.parents(revision), counted=counted))
    for name, by in sorted(graph.hidden.items()):
        broken = name in found.broken
        rows.append(replace(_row(name, applied, found.headers.get(name)), shown_by=by, broken=broken))
    rows += [replace(_row(name, applied), broken=True) for name in found.broken if name not in graph.hidden]
    gone = {name for name in halves if name not in applied and name not in found.headers and name not in found.broken}
    rows += [_row(name, applied) for name in (*found.lost(applied), *sorted(gone))]
    edits = readable_edits(project, found, tuple(applied.values()))[0] if compare else ()
    edited = {edit.revision: "spelling" if edit.cosmetic else "meaning" for edit in edits}
    rows = [
        replace(
            row,
            on_disk=row.on_disk or row.broken,
            half_done=halves.get(row.revision),
            edited=edited.get(row.revision),
        )
        for row in rows
    ]
    wanted = (row for row in rows if row.revision in graph.headers or not apps or row.app in apps)
    return ShownMigrations(tuple(wanted), found.problems)


@on_its_loop
def _rows(project: Project) -> tuple[dict[str, Applied], dict[str, str]]:
    """The rows of the version table by revision, and the direction of each migration that is half-done."""
    with project.connect() as connection:
        applied = {row.revision: row for row in project.applied(connection)}
        return applied, {half.revision: half.direction for half in half_done(project, connection, applied.values())}


def _row(revision: str, applied: Mapping[str, Applied], header: Header | None = None) -> MigrationRow:
    """What is known of a revision; without a header, that it has no file."""
    row = applied.get(revision)
    app, _, name = revision.partition(".")
    return MigrationRow(
        app,
        name,
        row is not None,
        None if row is None else row.applied_at,
        () if header is None else header.dependencies,
        on_disk=header is not None,
        replaces=() if header is None else header.replaces,
    )


@dataclass(frozen=True)
class MigrationSQL:
    """The SQL of one migration in one direction, and how it is written; its version row is no part of it."""

    revision: str
    backwards: bool
    written: StepSQL
    style: ScriptStyle

    @property
    def operations(self) -> tuple[OperationSQL, ...]:
        """The operations, each with its statements."""
        return self.written.operations

    @property
    def lines(self) -> Iterator[str]:
        """The script."""
        yield f"-- {self.revision}{' backwards' if self.backwards else ''}"
        yield from self.style.head
        yield from step_lines(self.written, self.style, "")
        yield from self.style.tail

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "revision": self.revision,
            "backwards": self.backwards,
            "framed": self.written.frame != NO_FRAME,
            "operations": [
                {"operation": part.operation.describe(), "statements": list(part.statements), "left_out": part.left_out}
                for part in self.operations
            ],
        }


def sql_migrate(project: Project, app: str, name: str | None, *, backwards: bool) -> MigrationSQL:
    """The SQL of one migration on the configured database's dialect; connects to nothing."""
    graph = project.graph_at(frozenset(), app, name)
    target = resolve(graph, frozenset(), app, name)
    if target.revision is None:
        raise TargetError(
            f"{' '.join(filter(None, (app, name)))!r} is not a revision", hint="name one revision, for example 0001"
        )
    migration = project.load(target.revision)
    older = graph.ancestors([target.revision]) - {target.revision}
    before = project.state_after(graph.order(older))
    moves = tuple(downward(migration, before) if backwards else steps(migration, before))
    step = Step(target.revision, Direction.BACKWARD if backwards else Direction.FORWARD)
    dialect = project.dialect
    return migration_sql(PreparedStep(step, migration, moves), editor_for(dialect, ScriptOutput(dialect)), project.tell)


def migration_sql(prepared: PreparedStep, editor: SchemaEditor, tell: Tell = untold) -> MigrationSQL:
    """The SQL of one step on the editor's dialect. Raises what a dialect cannot be told, naming file and operation.

    Nothing is written with the editor; it knows the names that it has seen, so that many steps are best asked with one.
    """
    refuse_names([prepared], editor)
    frame = own_frame(prepared, editor) if editor.transactional_ddl else NO_FRAME
    operations = operations_sql(prepared, editor.dialect, frame, tell)
    step, title = prepared.step, prepared.migration.header.title
    backwards = step.direction is Direction.BACKWARD
    return MigrationSQL(step.revision, backwards, StepSQL(step, title, operations, frame=frame), editor.script)
