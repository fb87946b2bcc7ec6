"""Add and drop a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from minimig.dialects.change import TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.offenders import Offenders
from minimig.dialects.presence import if_missing, if_there
from minimig.errors import StateError
from minimig.operations.base import Arguments, ColumnOperation, Operation, TableOperation, assign
from minimig.operations.chain import execute, states
from minimig.operations.column_items import (
    adding,
    dropping,
    items_over,
    refuse_loose,
    refuse_pointed_at,
    with_item,
    without_item,
)
from minimig.operations.footprint import EVERYTHING, Footprint, column_providers, columns, table
from minimig.operations.keep import given
from minimig.operations.offending import needing_a_value
from minimig.operations.rank import Rank
from minimig.operations.tables import DropTable
from minimig.state.expressions import has_subquery, names_in
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.written import Convention, Item, Open, column_with_items, item_named_by


@dataclass(frozen=True, init=False)
class AddColumn(TableOperation):
    """Add a column at the end of a table, or `before` or `after` another column, on a database that can.

    It brings the keys, constraints and indexes that are written on it or given beside it.

    `fill` is SQL for the rows that exist already: needed once, when the column is NOT NULL and has no server default.
    It may speak of other columns of the row, for example `fill="lower(title)"`. With `if_not_exists` a column that the
    database has already is left as it is, and so is all that would come with it.
    """

    column: ColumnState
    items: tuple[Item, ...]
    fill: str | None
    before: str | None
    after: str | None
    if_not_exists: bool
    open: Open = field(compare=False, repr=False)
    symbol: ClassVar[str] = "+"
    rank: ClassVar[Rank] = Rank.ADD_COLUMN
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self,
        table: str,
        column: sa.Column[Any] | ColumnState,
        *items: SchemaItem | Item,
        fill: str | None = None,
        before: str | None = None,
        after: str | None = None,
        schema: str | None = None,
        if_not_exists: bool = False,
    ) -> None:
        state, found, open_ = column_with_items(table, column, items, schema)
        if before is not None and after is not None:
            raise StateError(
                f"column {table}.{state.name} is added before {before} and after {after}", hint="say one of the two"
            )
        assign(self, table=table, schema=schema, column=state, items=found, open=open_)
        assign(self, fill=fill, before=before, after=after, if_not_exists=if_not_exists)

    @property
    def has_open_names(self) -> bool:
        return bool(self.open)

    def named(self, convention: Convention) -> Operation:
        items = (
            item_named_by(item, self.table, self.schema, convention) if item.name in self.open else item
            for item in self.items
        )
        return self.having(items=tuple(items))

    def having(
        self, *, column: ColumnState | None = None, items: Sequence[Item] | None = None, fill: str | None = None
    ) -> AddColumn:
        """The same with another column, other items or a fill."""
        return AddColumn(
            self.table,
            column or self.column,
            *(self.items if items is None else items),
            fill=fill or self.fill,
            before=self.before,
            after=self.after,
            schema=self.schema,
            if_not_exists=self.if_not_exists,
        )

    def offenders(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> tuple[Offenders, ...]:
        if self.fill is not None or self.if_not_exists:
            return ()
        return needing_a_value(editor, before[self.key], after[self.key].columns[self.column.name])

    def edit(self, table: TableState) -> TableState:
        for item in self.items:
            refuse_loose(item, table)
        return reduce(with_item, self.items, self._bare(table))

    def _bare(self, table: TableState) -> TableState:
        return table.with_column(self.column, before=self.before, after=self.after)

    def reverse(self, before: SchemaState) -> Operation:
        return DropColumn(
            self.table,
            self.column.name,
            schema=self.schema,
            if_exists=self.if_not_exists,
            cascade=bool(self.items),
        )

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        change = self.change(before, after)
        missing = if_missing(self.if_not_exists, "column", change.old, self.column.name)
        editor.under(missing, lambda: self._add(editor, change))

    def _add(self, editor: SchemaEditor, change: TableChange) -> None:
        """The column with what ADD COLUMN can bring along, and then the rest of the items."""
        brought = editor.brought_by_column(change, self.column, self.items, self.fill)
        first = change
        if len(brought) < len(self.items):
            table = reduce(with_item, brought, self._bare(change.old))
            first = TableChange(change.before, change.before.with_changed_table(table), change.old, table)
        editor.add_column(first, first.new.column(self.column.name), self.fill)
        rest = [adding(item, self.table, self.schema) for item in self.items if item not in brought]
        execute(editor, rest, states(rest, first.after))

    def describe(self) -> str:
        return f"add column {self.key}.{self.column.name}"

    def fragment(self) -> str:
        return f"add_{self.column.name}_to_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        if self.fill is not None and has_subquery(self.fill):
            return EVERYTHING
        state = before[self.key]
        neighbours = filter(None, (self.before, self.after))
        sources = {*computed_from(self.column, state), *names_in(self.fill or "", state.columns), *neighbours}
        found = Footprint(
            creates=columns(self.key, [self.column.name]),
            reads=columns(self.key, sources) | {table(self.key)} | column_providers([self.column], before),
        )
        after = before.with_changed_table(replace(state, columns={**state.columns, self.column.name: self.column}))
        return reduce(or_, (adding(i, self.table, self.schema).footprint(after) for i in self.items), found)

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropTable):
            return (following,)
        if self.if_not_exists or not isinstance(following, ColumnOperation) or following.column != self.column.name:
            return None
        column = following.edit_column(self.column)
        if column is None:
            return ()
        if not following.folds_into(self.column, self.fill) or (self.items and column.name != self.column.name):
            return None
        return (self.having(column=column, fill=self.fill or following.fill_for_rows),)

    def arguments(self) -> Arguments:
        return (self.table, self.column, *self.items), given(
            fill=self.fill,
            before=self.before,
            after=self.after,
            schema=self.schema,
            if_not_exists=self.if_not_exists,
        )


@dataclass(frozen=True, init=False)
class DropColumn(ColumnOperation):
    """Drop a column with its values.

    What uses it (constraints, indexes) is dropped by operations of its own before, or with `cascade` goes along with
    it; what other tables have that points to it never does. With `if_exists` a column that the database does not have
    is no error.
    """

    if_exists: bool
    cascade: bool
    symbol: ClassVar[str] = "-"
    rank: ClassVar[Rank] = Rank.DROP_COLUMN
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self, table: str, column: str, *, schema: str | None = None, if_exists: bool = False, cascade: bool = False
    ) -> None:
        assign(self, table=table, column=column, schema=schema, if_exists=if_exists, cascade=cascade)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        if self.cascade:
            refuse_pointed_at(state, self.key, self.column)
        return super().state_forwards(state)

    def edit(self, table: TableState) -> TableState:
        if len(table.columns) == 1 and self.column in table.columns:
            raise StateError(f"{self.key}.{self.column} is the only column of its table", hint="drop the table instead")
        return reduce(without_item, self._items(table), table).without_column(self.column)

    def _items(self, table: TableState) -> tuple[Item, ...]:
        return items_over(table, self.column) if self.cascade else ()

    def edit_column(self, column: ColumnState) -> ColumnState | None:
        return None

    def reverse(self, before: SchemaState) -> Operation:
        old = before[self.key]
        return AddColumn(
            self.table,
            old.column(self.column),
            *self._items(old),
            schema=self.schema,
            if_not_exists=self.if_exists,
        )

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        there = if_there(self.if_exists, "column", before[self.key], self.column)
        editor.under(there, lambda: self._drop(editor, before, after))

    def _drop(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        first = [dropping(item, self.table, self.schema) for item in self._items(before[self.key])]
        along = states(first, before)
        execute(editor, first, along)
        editor.drop_column(self.change(along[-1], after), along[-1][self.key].column(self.column))

    def describe(self) -> str:
        return f"drop column {self.key}.{self.column}"

    def fragment(self) -> str:
        return f"drop_{self.column}_from_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        old = before[self.key]
        column = old.column(self.column)
        sources = columns(self.key, computed_from(column, old)) | column_providers([column], before)
        found = Footprint(drops=columns(self.key, [self.column]), reads=sources | {table(self.key)})
        return reduce(or_, (dropping(i, self.table, self.schema).footprint(before) for i in self._items(old)), found)

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        return (following,) if isinstance(following, DropTable) and following.key == self.key else None

    def arguments(self) -> Arguments:
        return (self.table, self.column), given(schema=self.schema, if_exists=self.if_exists, cascade=self.cascade)


def computed_from(column: ColumnState, state: TableState) -> tuple[str, ...]:
    """The columns that a computed column is computed from."""
    return names_in(column.computed.expression.text, state.columns) if column.computed else ()
