"""Types with a name of their own inside a column's type: enums and domains.

In goes a column's type; out come the named types in it, wherever they hide: the items of an array, a variant for one
dialect, behind a decorator. Enums are found on every database: where they are no types of their own, their name still
says which columns belong together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from minimig.state.values import Call, SqlType

Labels = tuple[str, ...]


@dataclass(frozen=True)
class TypeName:
    """The name of a type, in its schema if it names one."""

    name: str
    schema: str | None = None

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True)
class NamedType:
    """An enum or a domain as one column uses it. `labels` are an enum's, and None for a domain.

    `editable` is False where the labels stand in the class of a decorator, which no operation can edit.
    """

    name: TypeName
    labels: Labels | None
    editable: bool = True


def named_types_in(type_: SqlType) -> tuple[NamedType, ...]:
    """The named types in a column's type. One that was normalized is only text, and has none."""
    plain = not type_.call.variants and not isinstance(type_.sa_type, _HOLDERS)
    return () if plain else _looked_for(type_)  # most are plain, and to find one in a cache takes longer than to see it


_HOLDERS = (sa.Enum, postgresql.DOMAIN, sa.ARRAY, TypeDecorator)
"""Types that are named, or hold one that is; any type may have a variant that does."""


@lru_cache(maxsize=4096)
def _looked_for(type_: SqlType) -> tuple[NamedType, ...]:
    return tuple(dict.fromkeys(_found(type_.sa_type, type_.call)))


def enum_of(type_: TypeEngine[Any]) -> sa.Enum | None:
    """The enum that a type is, or that a decorator wraps."""
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    return type_ if isinstance(type_, sa.Enum) else None


def type_name(type_: sa.Enum | postgresql.DOMAIN) -> TypeName | None:
    """The name of an enum or a domain; None for an enum that has none."""
    return None if type_.name is None else TypeName(str(type_.name), type_.schema)


def items_of(type_: TypeEngine[Any], call: Call) -> Iterator[tuple[TypeEngine[Any], Call]]:
    """The item type of an array, with its call."""
    if isinstance(type_, sa.ARRAY) and call.args and isinstance(call.args[0], Call):
        yield type_.item_type, call.args[0]


def variants_of(type_: TypeEngine[Any], call: Call) -> Iterator[tuple[TypeEngine[Any], Call]]:
    """The variants of a type, with their calls."""
    by_dialect = type_._variant_mapping  # noqa: SLF001 - nothing public tells the variants
    yield from ((by_dialect[dialects[0]], variant) for variant, dialects in call.variants)


def _found(type_: TypeEngine[Any], call: Call) -> Iterator[NamedType]:
    if call.target.module == "sql":
        return
    enum = enum_of(type_)
    if isinstance(type_, postgresql.DOMAIN):
        yield NamedType(TypeName(str(type_.name), type_.schema), None)
    elif enum is not None and enum.name is not None:
        labels = tuple(enum.enums)
        yield NamedType(TypeName(str(enum.name), enum.schema), labels, editable=call.args == labels)
    for inner in (*items_of(type_, call), *variants_of(type_, call)):
        yield from _found(*inner)
