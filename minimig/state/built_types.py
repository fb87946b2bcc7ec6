"""Types from the calls that describe them: what `describing` takes apart is put together again."""

from __future__ import annotations

import importlib
from typing import Any

from sqlalchemy.types import TypeEngine

from minimig.state.to_metadata import sa_expression
from minimig.state.values import Call, Reference, SqlExpression


def built_type(call: Call) -> TypeEngine[Any]:
    """The SQLAlchemy type that a call describes."""
    args = [_value(arg) for arg in call.args]
    type_: TypeEngine[Any] = _imported(call.target)(*args, **{name: _value(arg) for name, arg in call.kwargs})
    for variant, dialects in call.variants:
        type_ = type_.with_variant(built_type(variant), *dialects)
    return type_


def _value(value: Any) -> Any:
    if isinstance(value, Call):
        return built_type(value)
    if isinstance(value, Reference):
        return _imported(value)
    if isinstance(value, SqlExpression):
        return sa_expression(value)
    return tuple(_value(item) for item in value) if isinstance(value, tuple) else value


def _imported(reference: Reference) -> Any:
    found: Any = importlib.import_module(reference.module)
    for part in reference.name.split("."):
        found = getattr(found, part)
    return found
