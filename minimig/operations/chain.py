"""A list of operations executed on paper: the states along it, and its way back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from minimig.dialects.editor import SchemaEditor
from minimig.errors import NeedsConnectionError
from minimig.operations.base import Operation
from minimig.state.schema import SchemaState
from minimig.state.written import Convention


def named(operations: Iterable[Operation], convention: Convention) -> tuple[Operation, ...]:
    """The operations with the names that nobody wrote as a naming convention has them."""
    return tuple(each.named(convention) if each.has_open_names else each for each in operations)


def states(operations: Sequence[Operation], before: SchemaState) -> list[SchemaState]:
    """The states along a list of operations: before the first, and after each."""
    found = [before]
    for operation in operations:
        found.append(operation.state_forwards(found[-1]))
    return found


def reversed_operations(operations: Sequence[Operation], before: SchemaState) -> tuple[Operation, ...]:
    """The way back: each operation reversed against the state it started from, last one first."""
    along = states(operations, before)
    pairs = list(zip(operations, along, strict=False))
    return tuple(operation.reverse(state) for operation, state in reversed(pairs))


def execute(editor: SchemaEditor, operations: Sequence[Operation], along: Sequence[SchemaState]) -> None:
    """Execute operations one after the other; `along` are the states around them, as `states` gives them.

    While a script is written, what needs a connection is left out, and the NeedsConnectionError comes at the end.
    """
    left_out: NeedsConnectionError | None = None
    for before, after in pairwise(along):
        editor.refuse_names(before, after)
    for operation, before, after in zip(operations, along, along[1:], strict=False):
        try:
            operation.execute(editor, before, after)
        except NeedsConnectionError as error:
            left_out = left_out or error
    if left_out is not None:
        raise left_out
