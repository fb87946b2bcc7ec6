"""Commands that look and change nothing: showmigrations, sqlmigrate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from minimig.commands.awaiting import on_its_loop
from minimig.commands.project import Project
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.registry import editor_for
from minimig.dialects.script_style import ScriptStyle
from minimig.errors import MinimigError, NeedsConnectionError, TargetError
from minimig.operations.base import Operation
from minimig.revisions.identifiers import resolve
from minimig.revisions.loader import Migration
from minimig.revisions.replay import Change, downward, place_of, replay, steps
from minimig.runtime.output import ScriptOutput
from minimig.runtime.recorder import Applied


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
    applied = {row.revision: row for row in _rows(project)}
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


@on_its_loop
def _rows(project: Project) -> tuple[Applied, ...]:
    with project.connect() as connection:
        return project.applied(connection)


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
class OperationSQL:
    """An operation and its statements. `in_full` is False for a step that is more than SQL: one in Python."""

    operation: Operation
    statements: tuple[str, ...]
    in_full: bool = True


@dataclass(frozen=True)
class MigrationSQL:
    """The SQL of one migration in one direction, `framed` by a transaction where that works, and how it is written."""

    revision: str
    backwards: bool
    operations: tuple[OperationSQL, ...]
    framed: bool
    style: ScriptStyle

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "revision": self.revision,
            "backwards": self.backwards,
            "framed": self.framed,
            "operations": [
                {"operation": part.operation.describe(), "statements": list(part.statements), "in_full": part.in_full}
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
    before = replay(project.load(revision) for revision in graph.order(older))
    moves = list(downward(migration, before) if backwards else steps(migration, before))
    output = ScriptOutput(project.dialect)
    editor = editor_for(project.dialect, output)
    framed = _is_framed(migration, moves, editor)
    output.frame = (editor.script.opening, editor.script.closing) if framed else ((), ())
    operations = []
    for position, (operation, old, new) in enumerate(moves):
        sent = len(output.lines)
        editor.refuse_names(old, new)
        try:
            operation.execute(editor, old, new)
        except NeedsConnectionError:
            operations.append(OperationSQL(operation, tuple(output.lines[sent:]), in_full=False))
        except MinimigError as error:
            raise error.at(place_of(migration, moves, position, backwards=backwards)) from error
        else:
            operations.append(OperationSQL(operation, tuple(output.lines[sent:])))
    sent = len(output.lines)
    editor.finish()
    if len(output.lines) > sent:  # statements held back until the end belong to the last operation
        last = operations[-1]
        operations[-1] = replace(last, statements=(*last.statements, *output.lines[sent:]))
    return MigrationSQL(target.revision, backwards, tuple(operations), framed, editor.script)


def _is_framed(migration: Migration, moves: Sequence[Change], editor: SchemaEditor) -> bool:
    """Whether a script is one transaction: not where no operation of the migration may be in one."""
    alone = bool(moves) and all(move.operation.steps_outside(editor) for move in moves)
    return editor.transactional_ddl and migration.header.atomic and not alone
