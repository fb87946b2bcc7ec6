"""What the project's environment changes, put to work: the hooks of comparing, and the files that are to be written.

In: a project. Out: `Hooks` for `diff`, which tables of a live database are not to be read, the operations that the
files lack, and new migrations as `revise` has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.families import neutral_fill
from minimig.autogenerate.hooks import NO_HOOKS, SCHEMA_RULES, Hooks
from minimig.autogenerate.questioner import Questioner
from minimig.autogenerate.rewriting import rewritten
from minimig.autogenerate.rules.order import RULES
from minimig.commands.project import Project
from minimig.errors import HookError, MinimigError, StateError
from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import Operation
from minimig.operations.chain import reversed_operations, states
from minimig.operations.columns import AddColumn
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header, check_name
from minimig.revisions.migration import NewMigration
from minimig.revisions.serializer import Serializer
from minimig.state.schema import SchemaState
from minimig.state.seen import is_included


def hooks_of(project: Project, dialect: sa.Dialect | None = None) -> Hooks:
    """What the environment changes about comparing; `dialect` is the one that the states are spelled in, if any."""
    environment = project.environment
    return Hooks(
        include=environment.include,
        keep=environment.keep,
        same_type=environment.same_type,
        same_default=environment.same_default,
        rules=RULES if environment.rules is None else tuple(environment.rules),
        schema_rules=SCHEMA_RULES if environment.schema_rules is None else tuple(environment.schema_rules),
        dialect=dialect,
    )


def ignored(project: Project) -> Callable[[str], bool]:
    """Which tables of a live database are not to be read, by key: the version table, and what is not included."""
    include, recorder = project.environment.include, project.recorder
    return lambda key: recorder.owns(key) or not is_included(include, key)


def way_back(operations: Sequence[Operation], before: SchemaState) -> tuple[Operation, ...]:
    """What a new file's `down` holds: each operation reversed, and able to run on rows that are there."""
    back = reversed_operations(operations, before)
    return tuple(map(_runnable, back, reversed(states(operations, before)[:-1])))


def _runnable(back: Operation, before: SchemaState) -> Operation:
    """A column that is NOT NULL again gets a plain value for rows without one, or its way down could only fail on them.

    `before` is the state that it leads back to.
    """
    if isinstance(back, AddColumn) and not back.column.nullable and back.fill is None:
        column = back.column
        filled_by_database = column.default or column.computed or column.identity or column.autoincrement is True
        return back if filled_by_database else back.having(fill=neutral_fill(column.type))
    if isinstance(back, AlterColumn) and back.nullable is False and back.fill is None:
        return back.having(fill=neutral_fill(before[back.key].columns[back.column].type))
    return back


def serializer_of(project: Project) -> Serializer:
    """The serializer for new files, with the rules of the environment before minimig's own."""
    return Serializer(project.environment.serializers)


def unwritten(project: Project, questioner: Questioner, start: SchemaState | None = None) -> list[Operation]:
    """The operations that lead from the files, or from `start`, to the models, as makemigrations would write them.

    Raises QuestionError, and HookError when filters or rewriters leave operations that do not fit the files.
    """
    before, hooks = project.files_state if start is None else start, hooks_of(project)

    def compared() -> list[Operation]:
        return diff(
            before,
            project.models.state,
            questioner=questioner,
            hooks=hooks,
            same_group=lambda old, new: project.app_of(old) == project.app_of(new),
        )

    operations = compared() if hooks == NO_HOOKS else _fitting(compared, before)
    if not hooks.own_rules:
        _refuse_unrest(states(operations, before)[-1], project.models.state, hooks)
    return rewritten(operations, project.environment.rewriters, before, hooks)


def _fitting(compared: Callable[[], list[Operation]], before: SchemaState) -> list[Operation]:
    """The operations, if they fit the files as they are, with all that was not looked at. Raises HookError."""
    place = ""
    try:
        operations, state = compared(), before
        for operation in operations:
            place = f"{operation.describe()}: "
            state = operation.state_forwards(state)
    except StateError as error:
        raise HookError(
            f"what was found does not fit the revision files: {place}{error.message}",
            where="the comparison as `include`, `keep` and rules of the environment leave it",
            hint="let them see both what changes and what hangs on it, or neither",
        ) from error
    return operations


def _refuse_unrest(reached: SchemaState, models: SchemaState, hooks: Hooks) -> None:
    """Raise HookError where what rules gave would be undone by the next makemigrations, whose rules see the models."""
    again = diff(reached, models, hooks=hooks)
    if states(again, reached)[-1] != reached:
        raise HookError(
            "rules of the environment lead away from the models, and the next makemigrations would write:"
            f" {', '.join(operation.describe() for operation in again)}",
            hint="a rule may find less than there is, and add SQL; what it makes must be in the models",
        )


# --- new files --------------------------------------------------------------------------------------------------------


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
