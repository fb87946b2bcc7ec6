"""Dialect options of tables, columns, constraints and indexes as comparable values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from minimig.state.parts import Options
from minimig.state.values import SqlExpression


class Pairs(tuple[tuple[str, Any], ...]):
    """A dictionary among dialect options (`postgresql_ops={"title": "text_pattern_ops"}`), frozen and sorted."""

    __slots__ = ()


def freeze_options(options: Mapping[str, Any]) -> Options:
    """Dialect options as sorted pairs of comparable values; None means the option was not given."""
    return tuple(sorted((str(key), _freeze(value)) for key, value in options.items() if value is not None))


def _freeze(value: Any) -> Any:
    if isinstance(value, sa.Column):
        return str(value.name)
    if isinstance(value, sa.ClauseElement):
        return SqlExpression.of(value)
    if isinstance(value, Mapping | Pairs):
        return Pairs(sorted((str(k), _freeze(v)) for k, v in dict(value).items()))
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(_freeze(item) for item in value)
    return value
