"""Commands that look and change nothing: showmigrations, sqlmigrate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from minimig.commands.project import Project
from minimig.dialects.registry import editor_for
from minimig.dialects.script_style import NO_FRAME, ScriptStyle
from minimig.errors import TargetError
from minimig.revisions.identifiers import resolve
from minimig.revisions.replay import downward, replay, steps
from minimig.runtime.output import ScriptOutput
from minimig.runtime.plan import Direction, Step
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied
from minimig.runtime.rehearsal import refuse_names
from minimig.runtime.script import OperationSQL, StepSQL, operations_sql, own_frame
from minimig.runtime.script_text import step_lines


@dataclass(frozen=True)
class MigrationRow:
    """One revision and whether the database has it. `on_disk` is False for a row without a file.

    `replaces` are the revisions that a squash stands for; `shown_by` is what stands in place of a revision that is not
    part of the history here: the squash that replaces it or, of a squash that makes way, the last of what it replaces.
    `counted` means that a squash is in effect and only lacks its row, which the next migrate writes.
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

    @property
    def revision(self) -> str:
        return f"{self.app}.{self.name}"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"revision": self.revision, **asdict(self)}


def show_migrations(project: Project, apps: Sequence[str]) -> tuple[MigrationRow, ...]:
    """Every revision in execution order; then those in whose place others stand, and rows that have no file.

    With `apps`, those apps and what they need. Works while heads conflict.
    """
    project.check_apps(*apps)
    with project.connect() as connection:
        applied = {row.revision: row for row in project.applied(connection)}
    graph = project.graph_at(frozenset(applied))
    shown = graph.headers.keys() if not apps else graph.ancestors([h for app in apps for h in graph.heads(app)])
    rows = []
    for revision in graph.order(shown):
        header, row = graph.headers[revision], applied.get(revision)
        rows.append(
            MigrationRow(
                header.app,
                header.name,
                row is not None,
                None if row is None else row.applied_at,
                tuple(graph.parents(revision)),
                replaces=header.replaces,
                counted=row is None and revision in graph.effective(()),
            )
        )
    rows += (_hidden(project, applied, name, by) for name, by in sorted(graph.hidden.items()))
    lost = [row for revision, row in applied.items() if revision not in (*graph.headers, *graph.hidden)]
    rows += [
        MigrationRow(row.app, row.name, applied=True, applied_at=row.applied_at, dependencies=(), on_disk=False)
        for row in lost
    ]
    return tuple(row for row in rows if row.revision in graph.headers or not apps or row.app in apps)


def _hidden(project: Project, applied: Mapping[str, Applied], revision: str, by: str) -> MigrationRow:
    """The row of a revision in whose place another one stands."""
    app, _, name = revision.partition(".")
    header = next((header for header in project.headers if header.revision == revision), None)
    row = applied.get(revision)
    return MigrationRow(
        app,
        name,
        row is not None,
        None if row is None else row.applied_at,
        () if header is None else header.dependencies,
        on_disk=header is not None,
        replaces=() if header is None else header.replaces,
        shown_by=by,
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
    before = replay(project.load(revision) for revision in graph.order(older))
    moves = tuple(downward(migration, before) if backwards else steps(migration, before))
    step = Step(target.revision, Direction.BACKWARD if backwards else Direction.FORWARD)
    prepared = PreparedStep(step, migration, moves)
    editor = editor_for(project.dialect, ScriptOutput(project.dialect))
    refuse_names([prepared], editor)
    frame = own_frame(prepared, editor) if editor.transactional_ddl else NO_FRAME
    operations = operations_sql(prepared, project.dialect, frame)
    return MigrationSQL(
        target.revision, backwards, StepSQL(step, migration.header.title, operations, frame=frame), editor.script
    )
