"""Commands that look and change nothing: showmigrations, sqlmigrate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

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


@dataclass(frozen=True)
class MigrationRow:
    """One revision and whether the database has it. `on_disk` is False for a row without a file."""

    app: str
    name: str
    applied: bool
    applied_at: datetime | None
    dependencies: tuple[str, ...]
    on_disk: bool = True

    @property
    def revision(self) -> str:
        return f"{self.app}.{self.name}"


def show_migrations(project: Project, apps: Sequence[str]) -> tuple[MigrationRow, ...]:
    """Every revision in execution order, with rows of the database that have no file at the end.

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
            )
        )
    lost = [row for revision, row in applied.items() if revision not in graph.headers]
    rows += [
        MigrationRow(row.app, row.name, applied=True, applied_at=row.applied_at, dependencies=(), on_disk=False)
        for row in lost
        if not apps or row.app in apps
    ]
    return tuple(rows)


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
