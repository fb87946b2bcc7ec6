"""Rows that migrations bring along, as INSERT and DELETE statements.

In: a table as it is at that point, and rows as mappings. Out: statements with the values that each is sent with. The
table's types turn values into what the database stores, as they do for any other SQLAlchemy statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from minimig.state.to_metadata import sa_expression
from minimig.state.values import SqlExpression

Row = Mapping[str, Any]
Batch = tuple[sa.ClauseElement, Sequence[Row] | None]

BATCH = 1000
"""How many rows go to the driver at a time."""


def insert_batches(insert: sa.Insert, rows: Sequence[Row]) -> Iterator[Batch]:
    """INSERTs of rows, in order: neighbours that give the same columns share one, a row with SQL in it is alone."""
    for (columns, _), group in groupby(rows, _shape):
        same = [{name: _value(row[name], insert.table.c[name]) for name in columns} for row in group]
        if any(isinstance(value, sa.ClauseElement) for value in same[0].values()) or not columns:
            yield from ((insert.values(row), None) for row in same)
        else:
            yield from ((insert, same[start : start + BATCH]) for start in range(0, len(same), BATCH))


def delete_batches(table: sa.Table, key: Sequence[str], rows: Sequence[Row]) -> Iterator[Batch]:
    """DELETEs of rows by their keys, the last row first: it may point to one before it."""
    binds = {name: f"key_{number}" for number, name in enumerate(key)}
    delete = sa.delete(table).where(
        *(table.c[name] == sa.bindparam(bind, type_=table.c[name].type) for name, bind in binds.items())
    )
    keys = [{bind: _value(row[name], table.c[name]) for name, bind in binds.items()} for row in reversed(rows)]
    yield from ((delete, keys[start : start + BATCH]) for start in range(0, len(keys), BATCH))


def _shape(row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that a row gives, and those of them that it gives as SQL."""
    return tuple(sorted(row)), tuple(sorted(name for name, value in row.items() if isinstance(value, SqlExpression)))


def _value(value: Any, column: sa.ColumnClause[Any]) -> Any:
    """A value as SQLAlchemy takes it. The table of a moment knows an enum by its labels alone."""
    if isinstance(value, SqlExpression):
        return sa_expression(value)
    if isinstance(value, Enum) and isinstance(column.type, sa.Enum):
        return label_of(value, column.type.enums)
    return value


def label_of(member: Enum, labels: Sequence[str]) -> Any:
    """The label by which a database knows an enum member: its name, as SQLAlchemy has it, or else its value."""
    return member.name if member.name in labels else member.value
