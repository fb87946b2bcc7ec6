"""Dialect options of tables, columns, constraints and indexes as comparable values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from minimig.state.expressions import names_in
from minimig.state.parts import Options
from minimig.state.values import SqlExpression


class Pairs(tuple[tuple[str, Any], ...]):
    """A dictionary among dialect options (`postgresql_ops={"title": "text_pattern_ops"}`), frozen and sorted."""

    __slots__ = ()


NOT_VALID = ("postgresql_not_valid", True)
"""The option of a foreign key or CHECK that PostgreSQL has not held against the rows that were there before it."""


def names_columns(option: str) -> bool:
    """Whether the list in an option is one of columns: `postgresql_include`, `mssql_include`."""
    return option.endswith("_include")


def columns_in(options: Options, among: Collection[str]) -> Iterator[str]:
    """Those of the columns `among` that options speak of: in expressions, keys of dictionaries, lists of columns."""
    for name, value in options:
        if isinstance(value, SqlExpression):
            yield from names_in(value.text, among)
        elif isinstance(value, Pairs):
            yield from (key for key, _ in value if key in among)
        elif names_columns(name) and isinstance(value, tuple):
            yield from (column for column in value if column in among)


def given_options(item: sa.Column[Any] | sa.Constraint | sa.Index | sa.Table) -> Mapping[str, Any]:
    """The dialect options that a part of SQLAlchemy's was made with.

    Where there are none, SQLAlchemy makes an answer that is kept with the part, which is longer than the question.
    """
    return item.dialect_kwargs if "dialect_options" in vars(item) else {}


def freeze_options(options: Mapping[str, Any]) -> Options:
    """Dialect options as sorted pairs of comparable values; None means the option was not given."""
    if not options:
        return ()
    return tuple(sorted((str(key), _frozen_option(key, value)) for key, value in options.items() if value is not None))


def _frozen_option(name: str, value: Any) -> Any:
    """One option; a predicate that is nothing but a column (`sqlite_where=table.c.active`) is an expression."""
    if name.endswith("_where") and isinstance(value, sa.Column):
        return SqlExpression.of(value)
    return _freeze(value)


def changed_options(options: Mapping[str, Any]) -> Options:
    """Dialect options that an operation changes; None stays, and means that the option is taken away."""
    taken_away = tuple((name, None) for name, value in options.items() if value is None)
    return tuple(sorted([*freeze_options(options), *taken_away]))


def with_options(old: Options, changed: Options) -> Options:
    """The options after a change."""
    after = {**dict(old), **dict(changed)}
    return tuple(sorted((name, value) for name, value in after.items() if value is not None))


def former_options(old: Options, changed: Options) -> dict[str, Any]:
    """What leads back: the changed options as they were, None for those that were not given."""
    return {name: dict(old).get(name) for name, _ in changed}


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
