"""A value as the call that builds it: how types are compared, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reference:
    """Something that is imported by name: a class, a function, an enum member."""

    module: str
    name: str


@dataclass(frozen=True)
class Call:
    """A value as the call that builds it: what types are compared by, and what the writer prints.

    `target(*args, **kwargs)`, then for each of `variants` `.with_variant(call, *dialect_names)`.
    """

    target: Reference
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()
    variants: tuple[tuple[Call, tuple[str, ...]], ...] = ()

    def __hash__(self) -> int:
        # Not of the arguments' values: a type may take a dictionary, or whatever else cannot be hashed.
        return hash((self.target, len(self.args), tuple(name for name, _ in self.kwargs), self.variants))


class ListArgument(tuple[Any, ...]):
    """A list among a call's arguments: frozen, and written as a list again."""

    __slots__ = ()
