"""Commands that write revision files: makemigrations in its forms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.flags import drop_flag, rename_flag
from minimig.autogenerate.overheard import Overheard
from minimig.autogenerate.partition import AppOf, Chunk, partition, reads_of
from minimig.autogenerate.questioner import Answers, Questioner
from minimig.autogenerate.way_back import way_back
from minimig.commands.after_writing import after_writing
from minimig.commands.from_database import live_station
from minimig.commands.hooks import hooks_of, serializer_of, unwritten
from minimig.commands.placing import PlaceOptions, check_word, placement
from minimig.commands.project import Project
from minimig.commands.revising import revised
from minimig.commands.stages import FileRendered, FilesWritten, SharedOut
from minimig.errors import UsageError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.operations.tables import RenameTable
from minimig.revisions.migration import NewMigration
from minimig.revisions.names import file_name, slug
from minimig.revisions.replay import last_users
from minimig.revisions.writer import render, write_all
from minimig.state.schema import SchemaState


@dataclass(frozen=True)
class NewFile:
    """A revision file that was, or would be, written. The database has what a `recorded` one holds already."""

    app: str
    name: str
    path: Path
    text: str
    operations: tuple[Operation, ...]
    recorded: bool = False

    @property
    def revision(self) -> str:
        return f"{self.app}.{self.name}"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "revision": self.revision,
            "path": str(self.path),
            "recorded": self.recorded,
            "operations": [operation.describe() for operation in self.operations],
        }


@dataclass(frozen=True)
class MakeOptions:
    """What makemigrations was asked for, besides the apps."""

    name: str | None = None
    message: str | None = None
    write: bool = True
    from_database: bool = False
    place: PlaceOptions = field(default_factory=PlaceOptions)

    @property
    def file_name(self) -> str | None:
        """What a file is to be called behind its number; None where that is left to what it does."""
        return self.name or slug(self.message or "") or None


def make_migrations(
    project: Project, apps: Sequence[str], answers: Answers, options: MakeOptions
) -> tuple[NewFile, ...]:
    """Write what leads from the files to the models; nothing when there is no difference.

    Raises HeadsError when an app that gets a file has two heads, ModelsError, QuestionError for a question that
    `answers` leaves open, UsageError for an answer without a question, WriterError, HookError.
    """
    project.check_apps(*apps)
    place = placement(project, apps, options.place)
    answers = answers.with_hints(project.models.hints)
    _refuse_taken(answers, project.files_state, project.models.state)
    asked = Overheard(answers, project.tell)
    legs = _from_database(project, asked) if options.from_database else [_Leg(unwritten(project, asked))]
    answers.unused()
    namer = _Namer(project, options)
    new: list[NewMigration] = []
    wanted: set[int] = set()
    state, recorded = project.files_state, 0
    for leg in legs:
        chunks = partition(leg.operations, state, _app_of(project, leg.operations), tuple(project.settings.apps))
        start, before = len(new), state
        project.tell(SharedOut(tuple(chunks)))
        named = _wanted(chunks, apps)
        for number, chunk in enumerate(chunks):
            written = number in named or bool(leg.doc)
            down = way_back(chunk.operations, state)
            state = states(chunk.operations, state)[-1]
            needed = [*new[:recorded], *(new[start + other] for other in sorted(chunk.needs))]
            head = place.parent(project, chunk.app, written=written)
            dependencies = _dependencies(project, head, chunk, before, needed, new)
            if written:
                _refuse_branches(project, chunk.app, dependencies)
            new.append(namer.migration(chunk.app, chunk.operations, down, dependencies, leg.doc))
        wanted |= {start + number for number in named}
        recorded = len(new) if leg.doc else recorded
    chosen = [migration for number, migration in enumerate(new) if number in wanted or (wanted and number < recorded)]
    recorded_names = frozenset(migration.revision for migration in new[:recorded])
    return write_new(project, place.placed(chosen), options, recorded_names)


@dataclass(frozen=True)
class _Leg:
    """A part of the way from the files to the models. One with a `doc` is what a database has gone already."""

    operations: list[Operation]
    doc: str = ""


def _from_database(project: Project, answers: Questioner) -> list[_Leg]:
    """What the database has beyond the files, and what the models want beyond that."""
    live = live_station(project)
    found = diff(project.files_state, live, questioner=answers, hooks=hooks_of(project), tell=project.tell)
    # Not a bare `migrate --fake`: that would record the next file as well, which has yet to run there.
    doc = (
        "Describe what the database had before a file said so.\n\n"
        "Record it there, and nothing after it, with `minimig migrate <this revision> --fake`."
    )
    return [_Leg(found, doc), _Leg(unwritten(project, answers, live))]


def make_empty(project: Project, apps: Sequence[str], options: MakeOptions) -> tuple[NewFile, ...]:
    """Write a revision file without operations for each app, for a data step. Where there is one app, it is meant."""
    apps = apps or (tuple(project.settings.apps) if len(project.settings.apps) == 1 else ())
    if not apps:
        raise UsageError("--empty needs the app it is for", hint=f"one of: {', '.join(project.settings.apps)}")
    project.check_apps(*apps)
    place = placement(project, apps, options.place)
    namer = _Namer(project, options)
    new = [namer.migration(app, (), (), place.parent(project, app)) for app in apps]
    return write_new(project, place.placed(new), options)


def _app_of(project: Project, operations: Sequence[Operation]) -> AppOf:
    """Which app a table or object belongs to; one that only steps aside between two renames, to that of its table."""
    was = {operation.new_key: operation.key for operation in operations if isinstance(operation, RenameTable)}

    def app_of(key: str) -> str:
        while key in was and key not in project.models.owners and key not in project.created_by:
            key = was[key]
        return project.app_of(key)

    return app_of


class _Namer:
    """Gives new migrations their number, name and docstring."""

    def __init__(self, project: Project, options: MakeOptions) -> None:
        headers = project.graph.headers.values()
        self._names = {app: [h.name for h in headers if h.app == app] for app in project.settings.apps}
        self._options = options
        check_word("--name", options.name)

    def migration(
        self,
        app: str,
        up: tuple[Operation, ...],
        down: tuple[Operation, ...],
        dependencies: tuple[str, ...],
        doc: str = "",
    ) -> NewMigration:
        """A migration with its name; `doc` stands in place of the message, and of the name, that were asked for."""
        own = None if doc else self._options.file_name
        name = file_name(self._names[app], up, own)
        self._names[app].append(name)
        return NewMigration(app, name, doc or self._options.message or "", dependencies, up, down)


def _refuse_taken(answers: Answers, before: SchemaState, after: SchemaState) -> None:
    """A rename onto a name that is taken and stays, or from one that stays, would be answered by a guess: refuse it."""

    def known(state: SchemaState, name: str) -> bool:
        table, _, column = name.rpartition(".")
        return name in state or (table in state.tables and column in state[table].columns)

    containers = {old: old.rpartition(".")[0] for old in answers.renames}
    targets = {
        old: f"{containers[old]}.{new}" if containers[old] and "." not in new else new
        for old, new in answers.renames.items()
    }
    for old, target in targets.items():
        stays = known(after, old) and old not in targets.values()
        taken = known(before, target) and target not in {*answers.renames, *answers.drops}
        if known(before, old) and (stays or taken):
            what = f"{old} is still in the models" if stays else f"{target} is in the revision files already"
            advice = f"say what becomes of it too, by {rename_flag(target, 'NEW')} or {drop_flag(target)}"
            raise UsageError(
                f"{rename_flag(old, answers.renames[old])} cannot be: {what}",
                hint="take it out of the models, or leave the flag out" if stays else advice,
            )


def _dependencies(
    project: Project,
    head: Sequence[str],
    chunk: Chunk,
    before: SchemaState,
    needed: Sequence[NewMigration],
    new: Sequence[NewMigration],
) -> tuple[str, ...]:
    """What a new file depends on: its app's head, new files, files that made what it uses, or used what it drops."""
    own = [m for m in new if m.app == chunk.app]
    found = dict.fromkeys([f"{own[-1].app}.{own[-1].name}"] if own else head)
    found.update(dict.fromkeys(f"{m.app}.{m.name}" for m in needed))
    known = project.graph.ancestors(head) if head else frozenset()
    needs = [project.created_by.get(key) for key in sorted(reads_of(chunk, before, project.app_of))]
    # A revision that still uses what goes must not come after it, nor one of the app that a table has moved from.
    settled = chunk.drops | {key for key in chunk.touches if _has_moved(project, key)}
    if settled:
        users = last_users(project.migrations, settled)
        needs += [revision for app, revision in users.items() if app != chunk.app]
    found.update(dict.fromkeys(revision for revision in needs if revision is not None and revision not in known))
    return tuple(found)


def _refuse_branches(project: Project, app: str, dependencies: Sequence[str]) -> None:
    """Raise HeadsError for a file that would hang on one branch of another app: the other branch may matter too."""
    graph, conflicts = project.graph, project.graph.conflicts()
    for revision in dependencies:
        other = revision.partition(".")[0]
        if other != app and other in conflicts and not all(revision in graph.ancestors([h]) for h in conflicts[other]):
            graph.head(other)


def _has_moved(project: Project, key: str) -> bool:
    """Whether the models of another app than that of the file that created it have a table now."""
    creator = project.created_by.get(key)
    return creator is not None and project.graph.headers[creator].app != project.app_of(key)


def _wanted(chunks: Sequence[Chunk], apps: Collection[str]) -> frozenset[int]:
    """The chunks of the named apps and what they need; all when no app is named."""
    if not apps:
        return frozenset(range(len(chunks)))
    wanted: set[int] = set()
    for number in reversed(range(len(chunks))):
        if chunks[number].app in apps or number in wanted:
            wanted |= {number, *chunks[number].needs}
    return frozenset(wanted)


def write_new(
    project: Project, new: Sequence[NewMigration], options: MakeOptions, recorded: Collection[str] = ()
) -> tuple[NewFile, ...]:
    """Render new revision files and, where `options` say so, put them on disk; `recorded` are names of some."""
    files = []
    serializer = serializer_of(project)
    for migration in revised(project, new):
        path = project.settings.apps[migration.app].migrations / f"{migration.name}.py"
        text = render(migration, serializer=serializer, formatted=options.write)
        project.tell(FileRendered(path, text, migration.dependencies))
        files.append(NewFile(migration.app, migration.name, path, text, migration.up, migration.revision in recorded))
    if options.write:
        write_all([(file.path, file.text) for file in files])
        project.tell(FilesWritten(tuple(file.path for file in files)))
        after_writing(project, [file.path for file in files])
    return tuple(files)
