"""What the project's environment changes about comparing and writing, put to work.

In: a project. Out: `Hooks` for `diff`, which tables of a live database are not to be read, the serializer for new
files, and the operations that the files lack.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.hooks import NO_HOOKS, SCHEMA_RULES, Hooks
from minimig.autogenerate.questioner import Questioner
from minimig.autogenerate.rewriting import rewritten
from minimig.autogenerate.rules.order import RULES
from minimig.commands.project import Project
from minimig.errors import HookError, StateError
from minimig.operations.base import Operation
from minimig.operations.chain import states
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
            tell=project.tell,
        )

    operations = compared() if hooks == NO_HOOKS else _fitting(compared, before)
    reached = states(operations, before)[-1]
    if not hooks.own_rules:
        _refuse_unrest(reached, project.models.state, hooks)
    elif hooks == NO_HOOKS and reached != project.models.state:
        raise StateError(
            "the operations that were found do not lead to the models, so nothing is written",
            hint="this is a mistake of minimig: please report it with the models before and after",
        )
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
