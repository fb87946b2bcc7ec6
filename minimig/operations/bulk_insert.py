"""Rows that belong to a migration: countries, roles, the first settings.

`BulkInsert` puts them into a table, `BulkDelete` takes them out again by their primary key; each is the other's way
back. Values go through the table's own types, as they are at that point. Alembic's `bulk_insert` has no way back, and
asks for a table to be written out beside it; Django writes such rows by hand in Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.rights import Act, Need
from minimig.dialects.rows import Row, label_of
from minimig.errors import IrreversibleError, StateError, nearest
from minimig.operations.base import Arguments, Operation, TableOperation, assign
from minimig.operations.footprint import EVERYTHING, Footprint, table
from minimig.operations.keep import given
from minimig.operations.needs import on_table
from minimig.operations.noop import NOOP, Noop
from minimig.operations.run_sql import RunSQL
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression


@dataclass(frozen=True)
class _Rows(TableOperation):
    """Rows of one table. They are data: the state does not change, it only says which columns there are."""

    rows: tuple[Row, ...]

    def state_forwards(self, state: SchemaState) -> SchemaState:
        for number, row in enumerate(self.rows, 1):
            for name, value in row.items():
                _check_value(state[self.key], name, value, number)
        return state

    def footprint(self, before: SchemaState) -> Footprint:
        """The table as a whole, so that nothing about it passes; SQL may read anything."""
        if any(isinstance(value, SqlExpression) for row in self.rows for value in row.values()):
            return EVERYTHING
        targets = (key.target for key in before[self.key].foreign_keys if key.target != self.key)
        return Footprint(changes=frozenset({table(self.key)}), reads=frozenset(table(target) for target in targets))

    def arguments(self) -> Arguments:
        return (self.table, [dict(row) for row in self.rows]), given(schema=self.schema)

    def _count(self) -> str:
        return f"{len(self.rows)} row{'' if len(self.rows) == 1 else 's'}"


@dataclass(frozen=True, init=False)
class BulkInsert(_Rows):
    """Insert rows, each a dict of values by column; `sa.func.now()` and other SQL may stand for a value.

    On the way back the rows are deleted by their primary key; `reverse=ops.NOOP` leaves them where they are.
    """

    back: Noop | None
    symbol: ClassVar[str] = "+"

    def __init__(
        self, table: str, rows: Sequence[Row], *, schema: str | None = None, reverse: Noop | None = None
    ) -> None:
        if reverse is not None and not isinstance(reverse, Noop):
            raise StateError(
                f"the reverse of BulkInsert into {table} is {reverse!r}",
                hint="leave it out to delete the rows again, or write reverse=ops.NOOP to let them stay",
            )
        assign(self, table=table, schema=schema, rows=_frozen("BulkInsert", rows), back=reverse)

    def reverse(self, before: SchemaState) -> Operation:
        if self.back is not None:
            return RunSQL(NOOP, reverse=NOOP)
        key = before[self.key].primary_key
        if key is None or not all(_gives(row, key.columns) for row in self.rows):
            columns = f" ({', '.join(key.columns)})" if key else ""
            raise IrreversibleError(
                f"{self.describe()} has no reverse: not every row gives its primary key{columns}",
                hint="give each row its key, so that it can be deleted again, or write reverse=ops.NOOP",
            )
        return BulkDelete(self.table, self.rows, schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.insert_rows(after[self.key], self.rows)

    def needs(self, before: SchemaState, after: SchemaState) -> tuple[Need, ...]:
        return (on_table(Act.INSERT, before[self.key]),)

    def describe(self) -> str:
        return f"insert {self._count()} into {self.key}"

    def fragment(self) -> str:
        return f"fill_{self.table}"

    def arguments(self) -> Arguments:
        args, named = super().arguments()
        return args, {**named, **({} if self.back is None else {"reverse": self.back})}


@dataclass(frozen=True, init=False)
class BulkDelete(_Rows):
    """Delete rows by their primary key, the last one first. On the way back they are inserted as they are given."""

    symbol: ClassVar[str] = "-"

    def __init__(self, table: str, rows: Sequence[Row], *, schema: str | None = None) -> None:
        assign(self, table=table, schema=schema, rows=_frozen("BulkDelete", rows))

    def state_forwards(self, state: SchemaState) -> SchemaState:
        key = state[self.key].key_or_error().columns
        for number, row in enumerate(self.rows, 1):
            if not _gives(row, key):
                raise StateError(f"row {number} does not give the primary key ({', '.join(key)}) of {self.key}")
        return super().state_forwards(state)

    def reverse(self, before: SchemaState) -> Operation:
        return BulkInsert(self.table, self.rows, schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.delete_rows(after[self.key], self.rows)

    def needs(self, before: SchemaState, after: SchemaState) -> tuple[Need, ...]:
        return (on_table(Act.DELETE, before[self.key]),)

    def describe(self) -> str:
        return f"delete {self._count()} from {self.key}"

    def fragment(self) -> str:
        return f"clear_{self.table}"


def _frozen(operation: str, rows: Any) -> tuple[Row, ...]:
    """The rows with SQL made comparable, so that a file that is read back is equal."""
    if isinstance(rows, Mapping | str) or not isinstance(rows, Sequence):
        raise StateError(f"{operation} takes a list of rows, not {rows!r}", hint='write [{"id": 1, "name": "one"}]')
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping) or not all(isinstance(name, str) for name in row):
            raise StateError(
                f"row {number} of {operation} is {row!r}, not a dict of values by column name",
                hint='write [{"id": 1, "name": "one"}]',
            )
    return tuple({name: _value(value) for name, value in row.items()} for row in rows)


def _value(value: Any) -> Any:
    if isinstance(value, sa.BindParameter) and not value.required:  # sa.literal(...)
        return value.value
    return SqlExpression.of(value) if isinstance(value, sa.ClauseElement) else value


def _gives(row: Row, key: Sequence[str]) -> bool:
    return all(row.get(name) is not None and not isinstance(row[name], SqlExpression) for name in key)


def _check_value(state: TableState, name: str, value: Any, number: int) -> None:
    if name not in state.columns:
        raise StateError(
            f"row {number} gives a column {name!r}, which table {state.key} does not have at this point",
            hint=nearest(name, state.columns) or f"the columns are: {', '.join(state.columns)}",
        )
    column = state.columns[name]
    if column.computed is not None:
        raise StateError(
            f"row {number} gives {state.key}.{name}, which is computed and takes no value", hint="leave it out"
        )
    _check_label(state, column, value, number)


def _check_label(state: TableState, column: ColumnState, value: Any, number: int) -> None:
    type_ = column.type.sa_type
    if not isinstance(type_, sa.Enum) or value is None or isinstance(value, SqlExpression):
        return
    label = label_of(value, type_.enums) if isinstance(value, Enum) else value
    if label not in type_.enums:
        raise StateError(
            f"row {number} gives {value!r}, which is no label of column {state.key}.{column.name}",
            hint=nearest(str(label), type_.enums) or f"the labels are: {', '.join(type_.enums)}",
        )
