"""Add, drop and rename a column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.errors import StateError
from minimig.operations.base import Arguments, ColumnOperation, Operation, TableOperation, assign
from minimig.operations.footprint import EVERYTHING, Footprint, column_providers, columns, item, table
from minimig.operations.keep import given
from minimig.operations.rank import Rank
from minimig.operations.tables import DropTable
from minimig.state.expressions import has_subquery, names_in
from minimig.state.from_items import lone_column_state
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of


@dataclass(frozen=True, init=False)
class AddColumn(TableOperation):
    """Add a column at the end of a table, or `before` or `after` another column, on a database that can.

    `fill` is SQL for the rows that exist already: needed once, when the column is NOT NULL and has no server default.
    It may speak of other columns of the row, for example `fill="lower(title)"`.
    """

    column: ColumnState
    fill: str | None
    before: str | None
    after: str | None
    symbol: ClassVar[str] = "+"
    rank: ClassVar[Rank] = Rank.ADD_COLUMN
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self,
        table: str,
        column: sa.Column[Any] | ColumnState,
        *,
        fill: str | None = None,
        before: str | None = None,
        after: str | None = None,
        schema: str | None = None,
    ) -> None:
        state = lone_column_state(column)
        if before is not None and after is not None:
            raise StateError(
                f"column {table}.{state.name} is added before {before} and after {after}", hint="say one of the two"
            )
        assign(self, table=table, schema=schema, column=state, fill=fill, before=before, after=after)

    def edit(self, table: TableState) -> TableState:
        return table.with_column(self.column, before=self.before, after=self.after)

    def reverse(self, before: SchemaState) -> Operation:
        return DropColumn(self.table, self.column.name, schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.add_column(self.change(before, after), self.column, self.fill)

    def describe(self) -> str:
        return f"add column {self.key}.{self.column.name}"

    def fragment(self) -> str:
        return f"add_{self.column.name}_to_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        if self.fill is not None and has_subquery(self.fill):
            return EVERYTHING
        state = before[self.key]
        neighbours = filter(None, (self.before, self.after))
        sources = {*_computed_from(self.column, state), *names_in(self.fill or "", state.columns), *neighbours}
        return Footprint(
            creates=columns(self.key, [self.column.name]),
            reads=columns(self.key, sources) | {table(self.key)} | column_providers([self.column], before),
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropTable):
            return (following,)
        if not isinstance(following, ColumnOperation) or following.column != self.column.name:
            return None
        column = following.edit_column(self.column)
        if column is None:
            return ()
        if not following.folds_into(self.column, self.fill):
            return None
        fill, place = self.fill or following.fill_for_rows, given(before=self.before, after=self.after)
        return (AddColumn(self.table, column, fill=fill, schema=self.schema, **place),)

    def arguments(self) -> Arguments:
        return (self.table, self.column), given(
            fill=self.fill, before=self.before, after=self.after, schema=self.schema
        )


@dataclass(frozen=True, init=False)
class DropColumn(ColumnOperation):
    """Drop a column with its values. What uses it (constraints, indexes) is dropped by operations of its own before."""

    symbol: ClassVar[str] = "-"
    rank: ClassVar[Rank] = Rank.DROP_COLUMN
    folds_into_table: ClassVar[bool] = True

    def __init__(self, table: str, column: str, *, schema: str | None = None) -> None:
        assign(self, table=table, column=column, schema=schema)

    def edit(self, table: TableState) -> TableState:
        if len(table.columns) == 1 and self.column in table.columns:
            raise StateError(f"{self.key}.{self.column} is the only column of its table", hint="drop the table instead")
        return table.without_column(self.column)

    def edit_column(self, column: ColumnState) -> ColumnState | None:
        return None

    def reverse(self, before: SchemaState) -> Operation:
        return AddColumn(self.table, before[self.key].column(self.column), schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.drop_column(self.change(before, after), before[self.key].column(self.column))

    def describe(self) -> str:
        return f"drop column {self.key}.{self.column}"

    def fragment(self) -> str:
        return f"drop_{self.column}_from_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        column = before[self.key].column(self.column)
        sources = columns(self.key, _computed_from(column, before[self.key])) | column_providers([column], before)
        return Footprint(drops=columns(self.key, [self.column]), reads=sources | {table(self.key)})

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        return (following,) if isinstance(following, DropTable) and following.key == self.key else None

    def arguments(self) -> Arguments:
        return (self.table, self.column), given(schema=self.schema)


@dataclass(frozen=True, init=False)
class RenameColumn(ColumnOperation):
    """Rename a column; keys, constraints, indexes and computed columns that use it follow, in other tables too."""

    new_name: str
    symbol: ClassVar[str] = "~"
    folds_into_table: ClassVar[bool] = True

    def __init__(self, table: str, column: str, new_name: str, *, schema: str | None = None) -> None:
        assign(self, table=table, column=column, new_name=new_name, schema=schema)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return state.with_renamed_column(self.key, self.column, self.new_name)

    def edit_column(self, column: ColumnState) -> ColumnState | None:
        return replace(column, name=self.new_name)

    def reverse(self, before: SchemaState) -> Operation:
        return RenameColumn(self.table, self.new_name, self.column, schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.rename_column(self.change(before, after), self.column, self.new_name)

    def describe(self) -> str:
        return f"rename column {self.key}.{self.column} to {self.new_name}"

    def fragment(self) -> str:
        return f"rename_{self.column}_to_{self.new_name}_on_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        state = before[self.key]
        users = [*state.constraints.values(), *state.indexes.values()]
        following = {item(self.key, user.name) for user in users if self.column in columns_of(user, state)}
        following |= columns(
            self.key, (c.name for c in state.columns.values() if self.column in _computed_from(c, state))
        )
        following |= {
            item(t.key, fk.name) for t, fk in before.references_to(self.key) if self.column in fk.target_columns
        }
        return Footprint(
            creates=columns(self.key, [self.new_name]),
            drops=columns(self.key, [self.column]),
            changes=frozenset(following),
            reads=frozenset({table(self.key)}),
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropTable):
            return (following,)
        if isinstance(following, DropColumn) and following.column == self.new_name:
            return (DropColumn(self.table, self.column, schema=self.schema),)
        if isinstance(following, RenameColumn) and following.column == self.new_name:
            if following.new_name == self.column:
                return ()
            return (RenameColumn(self.table, self.column, following.new_name, schema=self.schema),)
        return None

    def arguments(self) -> Arguments:
        return (self.table, self.column, self.new_name), given(schema=self.schema)


def _computed_from(column: ColumnState, state: TableState) -> tuple[str, ...]:
    """The columns that a computed column is computed from."""
    return names_in(column.computed.expression.text, state.columns) if column.computed else ()
