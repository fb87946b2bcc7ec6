"""A value as the call that builds it: how types are compared, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Number
from typing import Any


@dataclass(frozen=True)
class Reference:
    """Something that is imported by name: a class, a function, an enum member."""

    module: str
    name: str

    def is_of(self, *packages: str) -> bool:
        """Whether it comes from one of these packages."""
        return self.module.partition(".")[0] in packages


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
        # Of the arguments that can be hashed for sure: a type may take a dictionary, or whatever else cannot be. They
        # do count: a thousand enums that all have one hash take a million comparisons to tell apart.
        positional = tuple(map(_hashed, self.args))
        return hash((self.target, positional, tuple((name, _hashed(v)) for name, v in self.kwargs), self.variants))

    def is_of(self, *packages: str) -> bool:
        """Whether what it calls, and whatever is named in it, comes from one of these packages."""
        inner = (*self.args, *(value for _, value in self.kwargs), *(call for call, _ in self.variants))
        named = (each for each in inner if isinstance(each, Call | Reference))
        return self.target.is_of(*packages) and all(each.is_of(*packages) for each in named)


def _hashed(argument: Any) -> int:
    return hash(argument) if isinstance(argument, _HASHABLE) else 0


_HASHABLE = (str, bytes, Number, Reference, Call)


class ListArgument(tuple[Any, ...]):
    """A list among a call's arguments: frozen, and written as a list again."""

    __slots__ = ()
