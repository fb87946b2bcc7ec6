"""`squashmigrations`: one revision file in place of several.

A squash is proven before it is written: both ways lead to the same states as the files that it replaces, and the graph
with it has no circle. (Django writes the file first, and where it closes a circle every later command fails on it.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from minimig.autogenerate.optimizer import optimize
from minimig.commands.after_writing import after_writing
from minimig.commands.authoring import NewFile
from minimig.commands.hooks import serializer_of
from minimig.commands.project import Project
from minimig.errors import GraphError, IrreversibleError, StateError, TargetError, UsageError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.revisions.carrying import carry
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header, check_name
from minimig.revisions.identifiers import resolve
from minimig.revisions.loader import Migration
from minimig.revisions.migration import NewMigration
from minimig.revisions.names import sanitized
from minimig.revisions.replay import downward, replay, steps
from minimig.revisions.writer import render, write
from minimig.state.schema import SchemaState


@dataclass(frozen=True)
class SquashOptions:
    """What squashmigrations was asked for, besides the range."""

    name: str | None = None
    optimize: bool = True
    write: bool = True


@dataclass(frozen=True)
class SquashResult:
    """The new file, the revisions that it replaces, and how many operations they had and it has."""

    file: NewFile
    replaces: tuple[str, ...]
    before: int
    after: int
    irreversible: str | None = field(default=None)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "revision": f"{self.file.app}.{self.file.name}",
            "path": str(self.file.path),
            "replaces": list(self.replaces),
            "operations_before": self.before,
            "operations_after": self.after,
            "irreversible": self.irreversible,
        }


def squash(project: Project, app: str, start: str | None, end: str | None, options: SquashOptions) -> SquashResult:
    """One revision file in place of those from `start` (the first) to `end` (the head) of an app.

    Raises TargetError for words that name nothing, UsageError for less than two revisions, GraphError when the squash
    would close a circle, WriterError.
    """
    graph = project.graph
    members = _members(graph, app, start, end)
    _refuse_circle(graph, members)
    older = graph.ancestors(members) - set(members)
    before = project.state_after(graph.order(older))
    migrations = [_without_elidable(project.load(revision)) for revision in members]
    left_out = sum(len(project.load(revision).up) for revision in members) - sum(len(m.up) for m in migrations)
    up, down, irreversible = _operations(migrations, before)
    count = len(up) + left_out
    if options.optimize:
        after = states(up, before)[-1]
        up, down = optimize(up, before, project.tell), optimize(down, after, project.tell)
    new = _migration(graph, members, migrations, options.name, up, down, irreversible)
    prove(new, migrations, before)
    refuse_cyclic_file(project, new)
    path = migrations[-1].header.path.with_name(f"{new.name}.py")
    text = render(new, serializer=serializer_of(project), formatted=options.write)
    if options.write:
        write(path, text)
        after_writing(project, [path])
    return SquashResult(NewFile(app, new.name, path, text, new.up), new.replaces, count, len(up), irreversible)


def _without_elidable(migration: Migration) -> Migration:
    """The migration without the data steps that a squash leaves out."""

    def staying(operations: Iterable[Operation]) -> tuple[Operation, ...]:
        return tuple(operation for operation in operations if not operation.left_out_of_squashes)

    down = None if migration.down is None else staying(migration.down)
    return migration.having(staying(migration.up), down)


def _members(graph: MigrationGraph, app: str, start: str | None, end: str | None) -> tuple[str, ...]:
    last = resolve(graph, frozenset(), app, end or "head").revision
    first = None if start is None else resolve(graph, frozenset(), app, start).revision
    if last is None or (start is not None and first is None):
        raise TargetError("a squash goes from a revision to a revision", hint="name the first and the last of them")
    found = {r for r in graph.ancestors([last]) if graph.headers[r].app == app}
    if first is not None:
        found &= graph.descendants([first])
        if not found:
            raise TargetError(f"{first} does not come before {last}", hint="see minimig graph for the order")
    if len(found) < 2:
        raise UsageError(f"there is nothing to squash: {last} stands alone", hint="name two revisions or more")
    return graph.order(found)


def _refuse_circle(graph: MigrationGraph, members: Sequence[str]) -> None:
    between = (graph.descendants(members) & graph.ancestors(members)) - set(members)
    if between:
        names = ", ".join(graph.order(between))
        raise GraphError(
            f"{members[0]} to {members[-1]} cannot be one revision: {names} comes after the first and before the last",
            hint="squash up to where the other app comes in, and from there on, as two squashes",
        )


def _operations(
    migrations: Sequence[Migration], before: SchemaState
) -> tuple[list[Operation], list[Operation], str | None]:
    """All operations on the way up, all on the way down, and why there is no way down, where there is none."""
    up: list[Operation] = []
    down: list[Operation] = []
    irreversible: str | None = None
    state = before
    for migration in migrations:
        try:
            down = [*(change.operation for change in downward(migration, state)), *down]
        except IrreversibleError as error:
            irreversible = error.message
        forward = steps(migration, state)
        up += [change.operation for change in forward]
        state = forward[-1].after if forward else state
    return up, [] if irreversible else down, irreversible


def _migration(
    graph: MigrationGraph,
    members: Sequence[str],
    migrations: Sequence[Migration],
    name: str | None,
    up: Iterable[Operation],
    down: Iterable[Operation],
    irreversible: str | None,
) -> NewMigration:
    inside = set(members)
    headers = [migration.header for migration in migrations]
    first, last = headers[0], headers[-1]
    number = first.name.partition("_")[0]
    chosen = f"{number if number.isdigit() else first.name}_{sanitized(name or '') or f'squashed_{last.name}'}"
    check_name(chosen)
    outside = {parent for revision in members for parent in graph.parents(revision)} - inside
    is_base = not any(graph.headers[parent].app == first.app for parent in outside)
    return NewMigration(
        app=first.app,
        name=chosen,
        doc=f"{first.name} to {last.name} as one revision.",
        dependencies=graph.order(outside),
        up=tuple(up),
        down=tuple(down),
        run_before=tuple(dict.fromkeys(r for h in headers for r in h.run_before if r not in inside)),
        replaces=tuple(members),
        labels=tuple(dict.fromkeys(label for header in headers for label in header.labels)),
        initial=True if is_base else None,
        atomic=all(header.atomic for header in headers),
        irreversible=irreversible,
        carried=carry(migrations),
    )


def prove(new: NewMigration, migrations: Sequence[Migration], before: SchemaState) -> None:
    """Raise StateError unless the new lists lead where the old files lead, up and down."""
    wanted = replay(migrations, before)
    reached = states(new.up, before)[-1]
    if reached != wanted:
        raise StateError(
            f"{new.revision} would not lead to the same schema as what it replaces",
            hint="run the command with --no-optimize; and please report this, it must not happen",
        )
    if new.irreversible is None and states(new.down, reached)[-1] != before:
        raise StateError(
            f"the way down of {new.revision} would not lead back: that of a replaced file does not either",
            hint="minimig check names the file; correct it and squash again",
        )


def refuse_cyclic_file(project: Project, new: NewMigration) -> None:
    """Read the graph as it would be, with and without the replaced files."""
    header = Header(
        new.app,
        new.name,
        Path(f"{new.name}.py"),
        dependencies=new.dependencies,
        run_before=new.run_before,
        replaces=new.replaces,
    )
    MigrationGraph([*project.headers, header])
    kept = [other for other in project.headers if other.revision not in new.replaces]
    MigrationGraph([*kept, replace(header, initial=new.initial)])
