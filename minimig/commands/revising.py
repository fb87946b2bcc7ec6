"""New migrations as the environment's `revise` has them: the last hook before a file is written.

In: a project and the migrations that were found. Out: those that are to be written. What `revise` may not do (change
where the operations lead, take a name that is taken, cut a dependency) is a HookError that names it. (Alembic hands out
its migration script as a mutable tree, and writes whatever became of it.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from minimig.autogenerate.way_back import way_back
from minimig.commands.project import Project
from minimig.errors import HookError, MinimigError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header, check_name
from minimig.revisions.migration import NewMigration
from minimig.state.schema import SchemaState


def revised(project: Project, new: Sequence[NewMigration]) -> list[NewMigration]:
    """The migrations as the environment's `revise` gives them, in order; names in dependencies follow a new name.

    Operations may be added and changed as long as they lead to the same schema; a `down` that was not touched then is
    the reverse of the new `up`. Raises HookError for what cannot be a file, or cannot stand beside the others.
    """
    revise = project.environment.revise
    if revise is None:
        return list(new)
    found: list[NewMigration] = []
    renamed: dict[str, str | None] = {}

    def before() -> SchemaState:
        """Asked for only where operations changed: the files need not be executed for more than that."""
        return states([operation for migration in found for operation in migration.up], project.files_state)[-1]

    for original in new:
        migration = _following(original, renamed)
        result = revise(migration)
        renamed[original.revision] = None
        if result is not None:
            found.append(_checked(migration, result, before))
            renamed[original.revision] = found[-1].revision
    _refuse_misplaced(project, found)
    return found


def _following(migration: NewMigration, renamed: dict[str, str | None]) -> NewMigration:
    """A migration whose dependencies have the names that `revise` gave them."""
    gone = [name for name in migration.dependencies if name in renamed and renamed[name] is None]
    if gone:
        raise HookError(
            f"`revise` leaves out {gone[0]}, but {migration.revision} builds on it",
            hint="give None for both of them, or for neither",
        )
    return replace(migration, dependencies=tuple(renamed.get(name) or name for name in migration.dependencies))


def _checked(asked: NewMigration, given: object, before: Callable[[], SchemaState]) -> NewMigration:
    """What `revise` gave for a migration, if it can be written. Raises HookError."""
    where = f"`revise` of the environment, for {asked.revision}"
    if not isinstance(given, NewMigration):
        raise HookError(
            f"`revise` returned {type(given).__name__} instead of a migration or None",
            where=where,
            hint="end it with: return dataclasses.replace(migration, ...)",
        )
    if given.app != asked.app:
        raise HookError(
            f"`revise` moves a file from app {asked.app} to {given.app}",
            where=where,
            hint="leave `app` as it is; which app a table belongs to is said by `tables` in the configuration",
        )
    try:
        check_name(given.name)
        comment: object = given.comment
        if not isinstance(comment, str):
            raise HookError(f"its `comment` is {type(comment).__name__}, not text", hint="join lines by line breaks")
        operations: Sequence[object] = (*given.up, *given.down)
        for item in operations:
            if not isinstance(item, Operation):
                raise HookError(
                    f"{item!r} is not an operation",
                    hint="write SQL of your own as ops.RunSQL(...), code as ops.RunPython",
                )
        if given.up == asked.up:
            return given
        state = before()
        if states(given.up, state)[-1] != states(asked.up, state)[-1]:
            raise HookError(
                "its operations lead to another schema than those that were found",
                hint="leave operations out with `keep` or a rewriter; what `revise` adds may only change rows",
            )
        keeps_down = given.down != asked.down or given.irreversible is not None
        return given if keeps_down else replace(given, down=way_back(given.up, state))
    except MinimigError as error:
        raise HookError(f"`revise` gave no good file: {error.message}", where=where, hint=error.hint) from error


def _refuse_misplaced(project: Project, new: Sequence[NewMigration]) -> None:
    """Read the graph as it would be: each dependency exists, no name is taken, and there is no circle."""
    taken = [m.revision for number, m in enumerate(new) if m.revision in {n.revision for n in new[:number]}]
    taken += [m.revision for m in new if m.revision in {header.revision for header in project.headers}]
    if taken:
        raise HookError(
            f"`revise` gives a file the name {taken[0]}, which is taken", hint="give each file its own name"
        )
    try:
        MigrationGraph([*project.headers, *map(_header, new)])
    except MinimigError as error:
        raise HookError(f"`revise` gave no good file: {error.message}", where=error.where, hint=error.hint) from error


def _header(new: NewMigration) -> Header:
    path = Path(f"{new.name}.py")
    return Header(new.app, new.name, path, dependencies=new.dependencies, run_before=new.run_before, labels=new.labels)
