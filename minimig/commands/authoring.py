"""Commands that write revision files: makemigrations in its forms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.families import neutral_fill
from minimig.autogenerate.partition import Chunk, partition, reads_of
from minimig.autogenerate.questioner import Answers
from minimig.commands.project import Project
from minimig.errors import TargetError, UsageError, nearest
from minimig.operations.base import Operation
from minimig.operations.chain import reversed_operations, states
from minimig.operations.columns import AddColumn
from minimig.revisions.header import check_name
from minimig.revisions.migration import NewMigration
from minimig.revisions.names import file_name, slug
from minimig.revisions.replay import last_users
from minimig.revisions.writer import render, write_all
from minimig.state.schema import SchemaState


@dataclass(frozen=True)
class NewFile:
    """A revision file that was, or would be, written."""

    app: str
    name: str
    path: Path
    text: str
    operations: tuple[Operation, ...]

    @property
    def revision(self) -> str:
        return f"{self.app}.{self.name}"


@dataclass(frozen=True)
class MakeOptions:
    """What makemigrations was asked for, besides the apps."""

    name: str | None = None
    message: str | None = None
    write: bool = True


def make_migrations(
    project: Project, apps: Sequence[str], answers: Answers, options: MakeOptions
) -> tuple[NewFile, ...]:
    """Write what leads from the files to the models; nothing when there is no difference.

    Raises HeadsError when an app has two heads, ModelsError, QuestionError for a question that `answers` leaves open,
    UsageError for an answer without a question, WriterError.
    """
    check_apps(project, apps)
    project.graph.check_single_heads()
    before, after = project.files_state, project.models.state
    _refuse_chains(answers.renames, before, after)
    operations = diff(
        before,
        after,
        questioner=answers,
        same_group=lambda old, new: project.app_of(old) == project.app_of(new),
    )
    answers.unused()
    chunks = partition(operations, before, project.app_of)
    wanted = _wanted(chunks, apps)
    namer = _Namer(project, options)
    new: list[NewMigration] = []
    state = before
    for chunk in chunks:
        along = states(chunk.operations, state)
        down = tuple(_runnable(operation) for operation in reversed_operations(chunk.operations, state))
        state = along[-1]
        dependencies = _dependencies(project, chunk, before, [new[i] for i in sorted(chunk.needs)], new)
        new.append(namer.migration(chunk.app, chunk.operations, down, dependencies))
    return write_new(project, [m for number, m in enumerate(new) if number in wanted], options)


def make_empty(project: Project, apps: Sequence[str], options: MakeOptions) -> tuple[NewFile, ...]:
    """Write a revision file without operations for each app, for a data step."""
    if not apps:
        raise UsageError("--empty needs the app it is for", hint=f"one of: {', '.join(project.settings.apps)}")
    check_apps(project, apps)
    project.graph.check_single_heads()
    namer = _Namer(project, options)
    new = [namer.migration(app, (), (), _head(project, app)) for app in apps]
    return write_new(project, new, options)


class _Namer:
    """Gives new migrations their number, name and docstring."""

    def __init__(self, project: Project, options: MakeOptions) -> None:
        self._names = {
            app: [h.name for h in project.graph.headers.values() if h.app == app] for app in project.settings.apps
        }
        self._options = options
        if options.name is not None:
            check_name(options.name)

    def migration(
        self, app: str, up: tuple[Operation, ...], down: tuple[Operation, ...], dependencies: tuple[str, ...]
    ) -> NewMigration:
        own = self._options.name or slug(self._options.message or "") or None
        name = file_name(self._names[app], up, own)
        self._names[app].append(name)
        doc = self._options.message or ""
        return NewMigration(app, name, doc, dependencies, up, down)


def _runnable(back: Operation) -> Operation:
    """A column that comes back NOT NULL gets a plain value for the rows, or its way down could only fail on them."""
    if not isinstance(back, AddColumn) or back.column.nullable or back.fill is not None:
        return back
    column = back.column
    filled_by_database = column.default or column.computed or column.identity or column.autoincrement is True
    return back if filled_by_database else back.having(fill=neutral_fill(column.type))


def _refuse_chains(renames: Mapping[str, str], before: SchemaState, after: SchemaState) -> None:
    """A rename onto a name that is taken, or from one that stays, would be answered by a guess: refuse it."""

    def known(state: SchemaState, name: str) -> bool:
        table, _, column = name.rpartition(".")
        return name in state or (table in state and column in state[table].columns)

    for old, new in renames.items():
        container, _, _ = old.rpartition(".")
        target = new if "." in new or not container else f"{container}.{new}"
        if known(before, old) and (known(after, old) or known(before, target)):
            taken = (
                f"{old} is still in the models" if known(after, old) else f"{target} is in the revision files already"
            )
            raise UsageError(
                f"--rename {old}:{new} cannot be: {taken}",
                hint="rename in two steps, over a name that is free, and run makemigrations after each",
            )


def _dependencies(
    project: Project, chunk: Chunk, before: SchemaState, needed: Sequence[NewMigration], new: Sequence[NewMigration]
) -> tuple[str, ...]:
    """What a new file depends on: its app's head, new files, files that made what it uses, or used what it drops."""
    own = [m for m in new if m.app == chunk.app]
    found = dict.fromkeys([f"{own[-1].app}.{own[-1].name}"] if own else _head(project, chunk.app))
    found.update(dict.fromkeys(f"{m.app}.{m.name}" for m in needed))
    head = _head(project, chunk.app)
    known = project.graph.ancestors(head) if head else frozenset()
    needs = [project.created_by.get(key) for key in sorted(reads_of(chunk, before, project.app_of))]
    if chunk.drops:  # a revision that still uses what goes, must not come after it
        users = last_users(project.migrations, chunk.drops)
        needs += [revision for app, revision in users.items() if app != chunk.app]
    found.update(dict.fromkeys(revision for revision in needs if revision is not None and revision not in known))
    return tuple(found)


def _head(project: Project, app: str) -> tuple[str, ...]:
    head = project.graph.head(app)
    return () if head is None else (head,)


def _wanted(chunks: Sequence[Chunk], apps: Collection[str]) -> frozenset[int]:
    """The chunks of the named apps and what they need; all when no app is named."""
    if not apps:
        return frozenset(range(len(chunks)))
    wanted: set[int] = set()
    for number in reversed(range(len(chunks))):
        if chunks[number].app in apps or number in wanted:
            wanted |= {number, *chunks[number].needs}
    return frozenset(wanted)


def check_apps(project: Project, apps: Sequence[str]) -> None:
    """Raise TargetError for an app that the configuration does not name."""
    for app in apps:
        if app not in project.settings.apps:
            known = project.settings.apps
            raise TargetError(
                f"there is no app {app!r}", hint=nearest(app, known) or f"the apps are: {', '.join(known)}"
            )


def write_new(project: Project, new: Sequence[NewMigration], options: MakeOptions) -> tuple[NewFile, ...]:
    """Render new revision files and, where `options` say so, put them on disk."""
    files = []
    for migration in new:
        path = project.settings.apps[migration.app].migrations / f"{migration.name}.py"
        files.append(
            NewFile(migration.app, migration.name, path, render(migration, formatted=options.write), migration.up)
        )
    if options.write:
        write_all([(file.path, file.text) for file in files])
    return tuple(files)
