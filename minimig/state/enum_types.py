"""One column type with other labels, or another name, for an enum in it.

SQLAlchemy's types cannot be edited, so the call that a type is compared by is edited, and the type built from it again.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy.types import TypeEngine

from minimig.errors import StateError
from minimig.state.built_types import built_type
from minimig.state.named_types import Labels, TypeName, enum_of, items_of, type_name, variants_of
from minimig.state.values import Call, SqlType


@lru_cache(maxsize=512)  # many columns use the same enum
def with_enum(type_: SqlType, name: TypeName, labels: Labels, new_name: str) -> SqlType:
    """The type with these labels and this name for its enum `name`.

    Raises StateError for an enum that a decorator's own constructor makes.
    """
    call = _edited(type_.sa_type, type_.call, name, labels, new_name)
    built = SqlType.of(built_type(call))
    if built.call != call:
        raise StateError(
            f"type {type_.call.target.name} cannot be built with other labels for its enum {name}",
            hint="let the decorator do without an __init__ of its own, with the class sa.Enum as its impl",
        )
    return built


def _edited(type_: TypeEngine[Any], call: Call, name: TypeName, labels: Labels, new_name: str) -> Call:
    enum = enum_of(type_)
    if enum is not None and type_name(enum) == name:
        kwargs = {**dict(call.kwargs), "name": new_name}
        call = replace(call, args=labels, kwargs=tuple(sorted(kwargs.items())))
    for item, item_call in items_of(type_, call):
        call = replace(call, args=(_edited(item, item_call, name, labels, new_name), *call.args[1:]))
    variants = zip(variants_of(type_, call), call.variants, strict=True)
    edited = tuple((_edited(*variant, name, labels, new_name), dialects) for variant, (_, dialects) in variants)
    return replace(call, variants=edited)
