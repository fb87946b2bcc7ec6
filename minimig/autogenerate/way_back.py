"""The `down` of a new file: each operation reversed, able to run on the rows that are there by then.

In go the operations of `up` and the state before them, out come those that lead back to it. (Django works the way back
out anew each time it is needed; Alembic writes it, and it fails on a NOT NULL column where there are rows.)
"""

from __future__ import annotations

from collections.abc import Sequence

from minimig.autogenerate.families import neutral_fill
from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import Operation
from minimig.operations.chain import reversed_operations, states
from minimig.operations.columns import AddColumn
from minimig.state.schema import SchemaState


def way_back(operations: Sequence[Operation], before: SchemaState) -> tuple[Operation, ...]:
    """What a new file's `down` holds: each operation reversed, and able to run on rows that are there."""
    back = reversed_operations(operations, before)
    return tuple(map(_runnable, back, reversed(states(operations, before)[:-1])))


def _runnable(back: Operation, before: SchemaState) -> Operation:
    """A column that is NOT NULL again gets a plain value for rows without one, or its way down could only fail on them.

    `before` is the state that it leads back to.
    """
    if isinstance(back, AddColumn) and not back.column.nullable and back.fill is None:
        column = back.column
        filled_by_database = column.default or column.computed or column.identity or column.autoincrement is True
        return back if filled_by_database else back.having(fill=neutral_fill(column.type))
    if isinstance(back, AlterColumn) and back.nullable is False and back.fill is None:
        return back.having(fill=neutral_fill(before[back.key].columns[back.column].type))
    return back
