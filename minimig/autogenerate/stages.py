"""What happens while two schemas are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from minimig.operations.base import Operation
from minimig.stages import Stage
from minimig.state.schema import SchemaState

Operations = tuple[Operation, ...]


@dataclass(frozen=True)
class StatesSeen(Stage):
    """The two schemas as they are compared: without what the project's filters leave out."""

    before: SchemaState
    after: SchemaState


@dataclass(frozen=True)
class RenamesFound(Stage):
    """What is the same thing under another name; it is applied to the schema before, ahead of all comparing."""

    operations: Operations


@dataclass(frozen=True)
class Compared(Stage):
    """Every difference that the rules found, in no order yet; `enums` are those of types that many tables share."""

    enums: Operations
    operations: Operations


@dataclass(frozen=True)
class Wait:
    """A place in a list of operations that must come before another, and the keys that both have to do with."""

    place: int
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Ordered(Stage):
    """The operations in an order that works; `waits` says of each place which earlier ones it waits for."""

    operations: Operations
    waits: Mapping[int, tuple[Wait, ...]]


@dataclass(frozen=True)
class Folded(Stage):
    """Two operations have become one, or, where they cancel each other, none."""

    first: Operation
    second: Operation
    into: Operation | None


@dataclass(frozen=True)
class Optimized(Stage):
    """Nothing folds any more; `folds` is how many did."""

    operations: Operations
    folds: int


@dataclass(frozen=True)
class Asked(Stage):
    """Something that only a person knows; the answer came by a flag, by a hint of the models, or from a person.

    It is None where the answer was no, and where nobody was there to give one.
    """

    question: str
    answer: str | None
