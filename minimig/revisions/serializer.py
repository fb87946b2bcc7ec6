"""Operations and their values as Python source.

In: operations. Out: the text of a revision file's list, and the imports it needs. The text is laid out as ruff and
black would, and reading it back gives equal operations (law 5); where that cannot be, for a lambda or an object that no
rule knows, it is a WriterError that names the place.

Each operation says by `arguments()` which call builds it, so one walk does for all, and only values need rules.
Alembic has a render function for each operation; Django walks constructor arguments as it is done here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable
from enum import Enum
from functools import cache
from typing import Any

from minimig.operations.base import Operation
from minimig.operations.keep import Keep
from minimig.operations.noop import Noop
from minimig.revisions.serializers_base import Imports, Rule, Writing
from minimig.revisions.serializers_layout import Source, call, flat, layout, list_of
from minimig.revisions.serializers_objects import OBJECT_RULES
from minimig.revisions.serializers_plain import PLAIN_RULES
from minimig.revisions.serializers_sql import SQL_RULES, server_default
from minimig.revisions.serializers_tables import TABLE_RULES, create_table, options
from minimig.state.tables import TableState
from minimig.state.values import Reference, SqlExpression

__all__ = ["Imports", "Rule", "Serializer", "Writing", "operations_source", "source"]

OWN = "minimig.operations."
"""Where the operations live that files know as `ops.X`."""


def _operation(operation: Operation, writing: Writing) -> Source:
    args, named = operation.arguments()
    cls = type(operation)
    described = " ".join(operation.describe().split())
    place = cls.__name__ if described == cls.__name__ else f"{cls.__name__} ({described})"
    if cls.__module__.startswith(OWN):
        target = writing.imports.ops(cls.__name__)
    else:
        target = writing.name(Reference(cls.__module__, cls.__qualname__), "the operation")
    parameters = _parameters(cls)
    written: list[tuple[str, Source]] = []
    for name, value in named.items():
        here = writing.at(f"{place}, argument {name}")
        if isinstance(value, Keep):
            continue
        if name == "server_default" and isinstance(value, SqlExpression):
            written.append((name, server_default(value, here)))
        elif name not in parameters:  # taken by **options
            written += options({name: value}, here)
        else:
            written.append((name, here.value(value)))
    if len(args) == 1 and isinstance(args[0], TableState):
        return create_table(args[0], target, tuple(written), writing)
    positional = tuple(writing.at(f"{place}, argument {number}").value(value) for number, value in enumerate(args, 1))
    return call(target, positional, tuple(written))


@cache  # asked of each operation; there are few kinds of them
def _parameters(cls: type[Operation]) -> Collection[str]:
    return frozenset(inspect.signature(cls).parameters)


def _noop(value: Enum, writing: Writing) -> Source:
    return writing.imports.ops(value.name)


RULES: tuple[Rule, ...] = (
    (Operation, _operation),
    (Noop, _noop),
    *TABLE_RULES,
    *SQL_RULES,
    *PLAIN_RULES,
    *OBJECT_RULES,
)
"""All rules in the order in which they are tried."""


class Serializer:
    """Writes values by rules; those given come before minimig's own."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = (*rules, *RULES)
        self._chosen: dict[type, Callable[[Any, Writing], Source]] = {}

    def source(self, value: Any, imports: Imports, *, place: str = "") -> str:
        """The source of one value; what it needs is added to `imports`. Raises WriterError, which names `place`."""
        return layout(Writing(self.rules, imports, place).value(value))

    def operations_source(self, operations: Iterable[Operation]) -> tuple[str, Imports]:
        """The source of a list of operations, one a line, and the imports it needs. Raises WriterError."""
        imports = Imports()
        return self.list_source(operations, imports), imports

    def operation_source(self, operation: Operation) -> str:
        """The call that builds one operation, in one line. Raises WriterError."""
        return self.list_source([operation], Imports(), one_line=True)[1:-1]

    def list_source(self, operations: Iterable[Operation], imports: Imports, *, one_line: bool = False) -> str:
        """The source of a list of operations; what it needs is added to `imports`. Raises WriterError."""
        written = []
        for operation in operations:
            writing = Writing(self.rules, imports, type(operation).__name__, self._chosen)
            written.append(writing.value(operation))
        tree = list_of(tuple(written), spread=True)
        return flat(tree) if one_line else layout(tree)


@cache
def usual() -> Serializer:
    """The one of minimig's own rules alone: it remembers which of them fits which type."""
    return Serializer()


def source(value: Any, imports: Imports) -> str:
    """The source of one value by minimig's own rules."""
    return usual().source(value, imports)


def operations_source(operations: Iterable[Operation]) -> tuple[str, Imports]:
    """The source of a list of operations by minimig's own rules, and the imports it needs."""
    return usual().operations_source(operations)
