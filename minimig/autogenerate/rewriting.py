"""Rewriters: functions over the ordered operations, before they are shared out among files.

In: the operations that lead to the models. Out: those that are to be written. A rewriter may change how a step is done
(`if_not_exists`, an index built concurrently), add steps, or leave some out. What it leaves undone it must leave undone
always: where the next makemigrations would write something again, that is an error now.

Alembic's `Rewriter` is a class that functions register with, and nothing looks at where the rewritten list leads.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.hooks import NO_HOOKS, Hooks
from minimig.errors import HookError, StateError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.state.schema import SchemaState

Rewriter = Callable[[Sequence[Operation]], Iterable[Operation]]
_Kind = TypeVar("_Kind", bound=Operation)


@dataclass(frozen=True)
class _Each(Generic[_Kind]):
    """A rewriter of one kind of operation."""

    kind: type[_Kind]
    function: Callable[[_Kind], Operation | Iterable[Operation] | None]

    def __call__(self, operations: Sequence[Operation]) -> list[Operation]:
        found: list[Operation] = []
        for operation in operations:
            given = self.function(operation) if isinstance(operation, self.kind) else operation
            if isinstance(given, Operation):
                found.append(given)
            elif given is not None:
                found += given
        return found

    @property
    def name(self) -> str:
        return f"rewrite({self.kind.__name__}, {name_of(self.function)})"


def rewrite(kind: type[_Kind], function: Callable[[_Kind], Operation | Iterable[Operation] | None]) -> Rewriter:
    """A rewriter that puts what `function` gives in the place of each operation of a kind: one, several, or None."""
    return _Each(kind, function)


def rewritten(
    operations: Sequence[Operation], rewriters: Sequence[Rewriter], before: SchemaState, hooks: Hooks = NO_HOOKS
) -> list[Operation]:
    """The operations after all rewriters, one after the other. `before` is the state that they start from.

    Raises HookError, which names the rewriter, for what is no operation or does not fit, and when the models would not
    be reached and the next run would write the rest again.
    """
    if not rewriters:
        return list(operations)
    wanted = reached = states(operations, before)[-1]
    given = list(operations)
    astray: list[str] = []
    for rewriter in rewriters:
        given = applied(rewriter, given)
        leads_to = _end(given, before, rewriter)
        if leads_to != reached:
            astray.append(name_of(rewriter))
        reached = leads_to
    if reached != wanted:
        again: list[Operation] = diff(reached, wanted, hooks=hooks)
        for rewriter in rewriters if again else ():
            again = applied(rewriter, again)
        if again:
            raise HookError(
                f"what {' and '.join(astray)} gave does not lead to the models, and the next makemigrations"
                f" would write again: {', '.join(operation.describe() for operation in again)}",
                hint="leave a step out each time it comes up, change the models, or say what SQL of your own does:"
                " ops.RunSQL(..., state_operations=[...])",
            )
    return given


def applied(rewriter: Rewriter, operations: Sequence[Operation]) -> list[Operation]:
    """What one rewriter makes of the operations. Raises HookError for what is no operation."""
    found: object = rewriter(tuple(operations))
    given: list[Any] = list(found) if isinstance(found, Iterable) else [found]
    for operation in given:
        if not isinstance(operation, Operation):
            raise HookError(
                f"{name_of(rewriter)} gave {operation!r} of type {type(operation).__name__} instead of an operation",
                hint="a rewriter gives the whole list back; rewrite(kind, function) does so for one kind of operation",
            )
    return given


def name_of(function: object) -> str:
    """What a function of the project is called in messages."""
    function = inspect.unwrap(function)  # type: ignore[arg-type]
    if isinstance(function, _Each):
        return function.name
    return str(getattr(function, "__qualname__", None) or type(function).__name__)


def _end(operations: Sequence[Operation], before: SchemaState, rewriter: Rewriter) -> SchemaState:
    try:
        return states(operations, before)[-1]
    except StateError as error:
        raise HookError(
            f"what {name_of(rewriter)} gave cannot be executed: {error.message}", where=error.where, hint=error.hint
        ) from error
