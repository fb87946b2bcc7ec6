"""Types from the calls that describe them: what `describing` takes apart is put together again."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from sqlalchemy.types import TypeEngine

from minimig.errors import StateError
from minimig.state.calls import Call, ListArgument, Reference
from minimig.state.describing import describe_type
from minimig.state.values import SqlType

_FROM = "sqlalchemy"


@lru_cache(maxsize=4096)  # thousands of columns have few types that differ
def built_type(call: Call) -> SqlType:
    """The type that this call describes. Raises StateError where it takes more than SQLAlchemy to build it."""
    if not call.is_of(_FROM):
        raise StateError(f"{call.target.module}.{call.target.name} is no type of SQLAlchemy's")
    built: TypeEngine[Any] = _built(call)
    if describe_type(built) != call:
        raise StateError(f"{built!r} is not what it was built from")
    return SqlType(built, call)


def _built(value: Any) -> Any:
    match value:
        case Call():
            made = _found(value.target)(*map(_built, value.args), **{name: _built(each) for name, each in value.kwargs})
            for variant, dialects in value.variants:
                made = made.with_variant(_built(variant), *dialects)
            return made
        case Reference():
            return _found(value)
        case ListArgument():
            return [_built(item) for item in value]
        case str() | int() | float() | None:
            return value
    raise StateError(f"{value!r} is not built from a call")


@cache
def _found(reference: Reference) -> Any:
    if reference.module.partition(".")[0] != _FROM:
        raise StateError(f"{reference.module}.{reference.name} is not of SQLAlchemy")
    found: Any = import_module(reference.module)
    for name in reference.name.split("."):
        found = getattr(found, name)
    return found
