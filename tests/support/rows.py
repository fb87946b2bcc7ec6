"""Rows for any schema, and what must become of them when operations run: a model beside the real database.

Row `i` holds `value(i)` of each column's kind (`column_kinds`), so a cell of the model is just `i`; None is NULL. The
model says which constraint the rows would violate after some operations, and where each value should be found then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from minimig.autogenerate.questioner import NeverRename
from minimig.dialects.spelling import Spelling
from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import Operation
from minimig.operations.columns import AddColumn, DropColumn
from minimig.operations.rename_column import RenameColumn
from minimig.operations.tables import CreateTable, DropTable, RenameTable
from minimig.state.expressions import names_in
from minimig.state.parts import ColumnState, IndexState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.to_metadata import to_metadata
from support.column_kinds import converts, kind_of

Row = dict[str, Any]
DEFAULT, BLURRED = "default", "blurred"
"""Cells that hold the column's default, and cells that may be equal since a type could not tell the rows apart."""

UNCHECKED = {
    "sqlite": ("BEGIN", "PRAGMA defer_foreign_keys = ON"),
    "postgresql": ("SET LOCAL session_replication_role = replica",),
    "mysql": ("SET foreign_key_checks = 0",),
}
"""So that the rows may come in any order."""


@dataclass(frozen=True)
class Origin:
    """Where a column's values came from: the table and column that were filled, and whether they are as they were."""

    table: str
    column: str
    untouched: bool = True
    lossless: bool = True


@dataclass
class Model:
    """The rows of every table, and where each column came from."""

    cells: dict[str, list[Row]]
    origins: dict[str, dict[str, Origin]]

    @classmethod
    def of(cls, state: SchemaState, count: int) -> Model:
        """`count` rows in every table; of three, the second has NULL where it can."""
        cells = {key: [_cells(table, i) for i in range(1, count + 1)] for key, table in state.tables.items()}
        origins = {key: {name: Origin(key, name) for name in table.columns} for key, table in state.tables.items()}
        return cls(cells, origins)

    def after(self, operations: Iterable[Operation], state: SchemaState) -> Model:
        """The model when these operations have run."""
        model = Model({k: [dict(r) for r in rows] for k, rows in self.cells.items()}, _copied(self.origins))
        for operation in operations:
            model.apply(operation, state)
            state = operation.state_forwards(state)
        return model

    def apply(self, operation: Operation, state: SchemaState) -> None:  # noqa: C901 - one branch an operation
        """One operation, in place."""
        if isinstance(operation, CreateTable):
            self.cells[operation.table.key], self.origins[operation.table.key] = [], {}
        elif isinstance(operation, DropTable):
            del self.cells[operation.key], self.origins[operation.key]
        elif isinstance(operation, RenameTable):
            self.cells[operation.new_key] = self.cells.pop(operation.key)
            self.origins[operation.new_key] = self.origins.pop(operation.key)
        elif isinstance(operation, AddColumn):
            for number, row in enumerate(self.cells[operation.key], start=1):
                row.update(_added(operation, number))
        elif isinstance(operation, DropColumn):
            self.origins[operation.key].pop(operation.column, None)
            for row in self.cells[operation.key]:
                row.pop(operation.column, None)
        elif isinstance(operation, RenameColumn):
            for mapping in (*self.cells[operation.key], self.origins[operation.key]):
                if operation.column in mapping:
                    mapping[operation.new_name] = mapping.pop(operation.column)
        elif isinstance(operation, AlterColumn):
            old = state[operation.key].column(operation.column)
            self._alter(state[operation.key], old, operation.edit_column(old), filled=operation.fill is not None)
            for place in operation.followers(state):
                old = state[place.table].column(place.column)
                new = operation.state_forwards(state)[place.table].column(place.column)
                self._alter(state[place.table], old, new, filled=False)

    def _alter(self, table: TableState, old: ColumnState, new: ColumnState, *, filled: bool) -> None:
        key = table.key
        for row in self.cells[key]:
            if row[old.name] is None and not new.nullable:
                row[old.name] = 1
            if old.type != new.type and not (kind_of(old.type).unique and kind_of(new.type).lossless):
                row[old.name] = row[old.name] and BLURRED
        origin = self.origins[key].get(old.name)
        if origin is not None and (old.type != new.type or filled):
            lossless = origin.lossless and kind_of(new.type).lossless and not filled
            self.origins[key][old.name] = replace(origin, untouched=False, lossless=lossless)
            for other in table.columns.values():
                if other.computed and names_in(other.computed.expression.text, [old.name]):
                    self.origins[key].pop(other.name, None)

    def violated(self, state: SchemaState) -> tuple[str, str] | None:
        """The table and the name of a key, constraint or index that the rows violate; the primary key's is empty."""
        for table in state.tables.values():
            rows = self.cells[table.key]
            for name, columns in _unique(table):
                if _repeated([tuple(row[c] for c in columns) for row in rows]):
                    return table.key, name
            for key in table.foreign_keys:
                there = {tuple(row[c] for c in key.target_columns) for row in self.cells[key.target]}
                values = {tuple(row[c] for c in key.columns) for row in rows}
                if any(None not in value and (value not in there or BLURRED in value) for value in values):
                    return table.key, key.name
        return None


def _copied(origins: Mapping[str, Mapping[str, Origin]]) -> dict[str, dict[str, Origin]]:
    return {key: dict(columns) for key, columns in origins.items()}


def _cells(table: TableState, number: int) -> Row:
    return {n: None if c.nullable and number == 2 else number for n, c in table.columns.items() if not c.computed}


def _added(operation: AddColumn, number: int) -> Row:
    column = operation.column
    if column.computed is not None:
        return {}
    if operation.fill is not None:
        return {column.name: 1}
    if column.default is not None:
        return {column.name: DEFAULT}
    return {column.name: None if column.nullable else number}


def _unique(table: TableState) -> Iterator[tuple[str, tuple[str, ...]]]:
    if table.primary_key is not None:
        yield "", table.primary_key.columns
    for item in (*table.constraints.values(), *table.indexes.values()):
        if isinstance(item, UniqueState) or (isinstance(item, IndexState) and item.unique):
            yield item.name, columns_of(item, table)


def _repeated(values: Sequence[tuple[Any, ...]]) -> bool:
    full = [value for value in values if None not in value]
    return len(full) > len(set(full))


# --- what a person would answer ---------------------------------------------------------------------------------------


class Willing(NeverRename):
    """A questioner that says yes to every rename after which the rows can be kept, and has a value for every column."""

    def rename_table(self, old: TableState, candidates: Sequence[TableState]) -> str | None:
        return next((table.key for table in candidates if _fits(old, table)), None)

    def rename_column(self, table: str, old: ColumnState, candidates: Sequence[ColumnState]) -> str | None:
        return next((c.name for c in candidates if converts(old.type, c.type)), None)

    def fill(self, table: TableState, column: ColumnState, reason: str) -> str | None:
        return kind_of(column.type).fill


def _fits(old: TableState, new: TableState) -> bool:
    both = old.columns.keys() & new.columns.keys()
    return all(converts(old.columns[name].type, new.columns[name].type) for name in both)


def with_fills(operations: Iterable[Operation]) -> Iterator[Operation]:
    """The way back as a person completes it: a value for each column that comes back empty."""
    for operation in operations:
        if isinstance(operation, AddColumn):
            column = operation.column
            needs = not (column.nullable or column.default or column.computed or column.identity)
            if needs and operation.fill is None:
                fill = kind_of(column.type).fill
                yield AddColumn(operation.table, column, fill=fill, schema=operation.schema)
                continue
        yield operation


# --- the real database ------------------------------------------------------------------------------------------------


def insert_rows(connection: sa.Connection, state: SchemaState, count: int) -> None:
    """The rows of `Model.of(state, count)`, in the transaction that is open."""
    for statement in UNCHECKED[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    for key, table in to_metadata(state).tables.items():
        columns = [c for c in state[key].columns.values() if not c.computed and not (c.identity and c.identity.always)]
        for number in range(1, count + 1):
            cells = _cells(state[key], number)
            values = {c.name: sa.null() if cells[c.name] is None else kind_of(c.type).value(number) for c in columns}
            connection.execute(table.insert().values(values))


def values_of(connection: sa.Connection, state: SchemaState, now: Model, later: Model) -> Any:
    """What the driver reads now from the columns that are untouched later, by the table that they came from."""
    spelling, found = Spelling(connection.dialect), {}
    wanted = {(o.table, o.column) for origins in later.origins.values() for o in origins.values() if o.untouched}
    for key, origins in now.origins.items():
        kept = sorted((o.table, o.column, name) for name, o in origins.items() if (o.table, o.column) in wanted)
        if kept:
            columns = ", ".join(spelling.quote(name) for *_, name in kept)
            rows = connection.exec_driver_sql(f"SELECT {columns} FROM {spelling.table(state[key])}").all()
            found[kept[0][0]] = sorted(([*zip((k[1] for k in kept), row, strict=True)] for row in rows), key=repr)
    return found


def counts(connection: sa.Connection, state: SchemaState) -> dict[str, int]:
    """How many rows each table has."""
    spelling = Spelling(connection.dialect)
    return {
        key: connection.exec_driver_sql(f"SELECT count(*) FROM {spelling.table(table)}").scalar_one()
        for key, table in state.tables.items()
    }


def without(state: SchemaState, key: str, name: str) -> SchemaState:
    """The state without a constraint, an index, or (an empty name) the primary key of one table."""
    table = state[key]
    if not name:
        return state.with_changed_table(replace(table, primary_key=None))
    return state.with_changed_table(
        replace(
            table,
            constraints={n: c for n, c in table.constraints.items() if n != name},
            indexes={n: i for n, i in table.indexes.items() if n != name},
        )
    )
