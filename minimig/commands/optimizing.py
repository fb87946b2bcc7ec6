"""`optimizemigration`: one revision file with fewer operations that lead to the same schema.

The file is edited where it stands, so that what a person wrote in it stays; where its lists cannot be edited, a new
file can replace it. Data steps keep their place: the optimizer moves nothing over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from minimig.autogenerate.optimizer import optimize
from minimig.commands.after_writing import after_writing
from minimig.commands.project import Project
from minimig.commands.squashing import prove, refuse_cyclic_file
from minimig.commands.standing import standing
from minimig.environment import import_path
from minimig.errors import IrreversibleError, RevisionFileError, UsageError, WriterError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.revisions.carrying import carry
from minimig.revisions.editing import edited_lists
from minimig.revisions.loader import Migration
from minimig.revisions.migration import NewMigration
from minimig.revisions.replay import downward, replay
from minimig.revisions.rewriting import Rewrite, check_operations, write_rewrites
from minimig.revisions.writer import render, write
from minimig.state.schema import SchemaState


@dataclass(frozen=True)
class OptimizeOptions:
    """`new` writes a file that replaces the old one; `force` rewrites one that the database has had."""

    write: bool = True
    force: bool = False
    new: bool = False


@dataclass(frozen=True)
class OptimizeResult:
    """How many operations the file had and has, on both ways; `text` is the new one, empty when nothing folds.

    `note` is there when the database could not be asked whether it has had the file.
    """

    revision: str
    path: Path
    before: int
    after: int
    operations: tuple[Operation, ...]
    text: str = ""
    note: str | None = None

    @property
    def changed(self) -> bool:
        """Whether anything could be folded."""
        return bool(self.text)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "revision": self.revision,
            "path": str(self.path),
            "operations_before": self.before,
            "operations_after": self.after,
            "changed": self.changed,
        }


def optimize_file(project: Project, revision: str, options: OptimizeOptions) -> OptimizeResult:
    """Fold the operations of one revision file.

    Raises HistoryError when the configured database has had it, RevisionFileError when its lists cannot be edited
    without losing something, StateError, UsageError.
    """
    graph = project.graph
    migration = project.load(revision)
    before = project.state_after(graph.order(graph.ancestors([revision]) - {revision}))
    after = replay([migration], before)
    up = optimize(migration.up, before, project.tell)
    down = None if migration.down is None else optimize(migration.down, after, project.tell)
    old = (*migration.up, *(migration.down or ()))
    result = OptimizeResult(revision, migration.header.path, len(old), len(up) + len(down or ()), tuple(up))
    if result.after == result.before:
        return result
    if options.new:
        return _replacing(project, migration, before, up, result, options)
    prove(_as_new(migration, up, down, before, after), [migration], before)
    rewrite = rewrite_lists(project, migration, up, down)
    here = standing(project)
    if options.write:
        if not options.force:
            here.refuse_applied(
                [revision], "its file is not rewritten", "its checksum stands there; --force rewrites it all the same"
            )
        write_rewrites([rewrite])
    return replace(result, text=rewrite.after.decode(errors="replace"), note=here.note)


def rewrite_lists(
    project: Project, migration: Migration, up: Sequence[Operation], down: Sequence[Operation] | None
) -> Rewrite:
    """The file with these lists, read back. Raises RevisionFileError with the way out when it cannot be edited."""
    header = migration.header
    try:
        after = edited_lists(migration, up=up, down=down, serializer=None).result()
    except RevisionFileError as error:
        command = f"minimig optimizemigration {header.app} {header.name} --new"
        hint = f"{error.hint}, or write one that replaces it: {command}"
        raise RevisionFileError(error.message, where=error.where, hint=hint, code=error.code) from error
    rewrite = Rewrite(header, header, migration.source, after)
    with import_path(project.settings.root):
        check_operations(rewrite, up, down, partial(project.convention_of, header.app))
    return rewrite


def _as_new(
    migration: Migration,
    up: Sequence[Operation],
    down: Sequence[Operation] | None,
    before: SchemaState,
    after: SchemaState,
) -> NewMigration:
    """The folded file as `prove` takes it: a way down that never led back, or does not exist, is not its concern."""
    header = migration.header
    no_way = header.irreversible
    if down is None or (migration.down and states(migration.down, after)[-1] != before):
        no_way = no_way or "as before"
    return NewMigration(header.app, header.name, up=tuple(up), down=tuple(down or ()), irreversible=no_way)


def _replacing(
    project: Project,
    migration: Migration,
    before: SchemaState,
    up: Sequence[Operation],
    result: OptimizeResult,
    options: OptimizeOptions,
) -> OptimizeResult:
    header = migration.header
    if header.replaces:
        raise UsageError(
            f"{header.revision} replaces others itself, so no file can replace it",
            hint="once every database has it, delete the old files and take `replaces` out of it",
        )
    state = replay([migration], before)
    irreversible, down = header.irreversible, list[Operation]()
    try:
        down = optimize([change.operation for change in downward(migration, before)], state)
    except IrreversibleError as error:
        irreversible = error.message
    new = NewMigration(
        app=header.app,
        name=f"{header.name}_optimized",
        doc=header.doc,
        dependencies=header.dependencies,
        up=tuple(up),
        down=tuple(down),
        run_before=header.run_before,
        replaces=(header.revision,),
        labels=header.labels,
        initial=header.initial,
        atomic=header.atomic,
        irreversible=irreversible,
        carried=carry([migration]),
    )
    prove(new, [migration], before)
    refuse_cyclic_file(project, new)
    text = render(new, formatted=options.write)
    path = header.path.with_name(f"{new.name}.py")
    if path.exists():
        raise WriterError("there is a file that replaces it already", where=str(path), hint="delete one of the two")
    if options.write:
        write(path, text)
        after_writing(project, [path])
    return replace(result, path=path, after=len(up) + len(down), operations=tuple(up), text=text)
