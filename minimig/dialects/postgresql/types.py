"""PostgreSQL's column types: what a type really is there, and how old values become new ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine


def bare(type_: TypeEngine[Any], dialect: sa.Dialect) -> TypeEngine[Any]:
    """What stands in the database: variants chosen, decorators taken off."""
    impl = type_.dialect_impl(dialect)
    while isinstance(impl, TypeDecorator):
        impl = impl.impl_instance
    return impl


def named_type(type_: TypeEngine[Any], dialect: sa.Dialect) -> postgresql.ENUM | postgresql.DOMAIN | None:
    """The enum type or domain that a column needs: its own, or that of an array's items."""
    impl = bare(type_, dialect)
    if isinstance(impl, sa.ARRAY):
        return named_type(impl.item_type, dialect)
    return impl if isinstance(impl, postgresql.ENUM | postgresql.DOMAIN) else None


def named_types(type_: TypeEngine[Any], dialect: sa.Dialect) -> Iterator[postgresql.ENUM | postgresql.DOMAIN]:
    """All that a column needs, in the order in which they are made: what a domain is based on, then the domain."""
    outer = named_type(type_, dialect)
    if isinstance(outer, postgresql.DOMAIN):
        yield from named_types(outer.data_type, dialect)
    if outer is not None:
        yield outer


def conversion(value: str, old: TypeEngine[Any], new: TypeEngine[Any], new_sql: str) -> str | None:
    """The USING expression that converts `value` between two bare types, or None where PostgreSQL assigns by itself.

    An assignment is the safer one: it refuses a text that is too long, where an explicit cast cuts it off silently.
    """
    old_item, new_item, arrays = old, new, ""
    if isinstance(old, sa.ARRAY) and isinstance(new, sa.ARRAY):
        old_item, new_item, arrays = old.item_type, new.item_type, "[]"
    families = (_family(old_item), _family(new_item))
    if families == ("enum", "enum"):
        return f"{value}::text{arrays}::{new_sql}"
    if families[0] == families[1] != "" or (families[1] == "string" and not arrays):
        return None
    if set(families) == {"boolean", "number"}:
        return f"{value}::integer{arrays}::{new_sql}"  # of all numbers only integer has a cast to boolean and back
    return f"{value}::{new_sql}"


def _family(type_: TypeEngine[Any]) -> str:
    """Types that PostgreSQL assigns to each other without a cast; "" is related to nothing, not even to itself."""
    if isinstance(type_, postgresql.DOMAIN):
        return _family(type_.data_type)
    if isinstance(type_, sa.Enum) and type_.native_enum:
        return "enum"
    for family, classes in _FAMILIES.items():
        if isinstance(type_, classes):
            return family
    return ""


_FAMILIES: dict[str, tuple[type[TypeEngine[Any]], ...]] = {
    "string": (sa.String,),
    "number": (sa.Integer, sa.Numeric),
    "moment": (sa.DateTime, sa.Date),
    "boolean": (sa.Boolean,),
}
