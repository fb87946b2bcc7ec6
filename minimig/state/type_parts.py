"""What a column's type speaks of besides itself: the schemas that its enums and domains live in, and collations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

from minimig.state.named_types import named_types_in
from minimig.state.values import SqlType


def schemas_of_type(type_: SqlType) -> Iterator[str]:
    """The schemas in which a type is looked up."""
    yield from (named.name.schema for named in named_types_in(type_) if named.name.schema)


def collations_of_type(type_: SqlType) -> Iterator[str]:
    """The collations that a type names."""
    for plain in _plain_types(type_.sa_type):
        collation = getattr(plain, "collation", None)
        if isinstance(collation, str):
            yield str(collation)


def plain_type(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type that a TypeDecorator stands for."""
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    return type_


def _plain_types(type_: TypeEngine[Any]) -> Iterator[TypeEngine[Any]]:
    """The types that a type stands for: what it decorates, what its array holds, what it is on other dialects."""
    for variant in type_._variant_mapping.values():  # noqa: SLF001 - nothing public tells the variants
        yield from _plain_types(variant)
    if isinstance(type_, TypeDecorator):
        yield from _plain_types(type_.impl_instance)
    elif isinstance(type_, sa.ARRAY):
        yield from _plain_types(type_.item_type)
    else:
        yield type_
