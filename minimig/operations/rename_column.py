"""Rename a column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.presence import if_there
from minimig.operations.base import Arguments, ColumnOperation, Operation, TableOperation, assign
from minimig.operations.columns import DropColumn, computed_from
from minimig.operations.footprint import Footprint, columns, item, table
from minimig.operations.keep import given
from minimig.operations.tables import DropTable
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import columns_of


@dataclass(frozen=True, init=False)
class RenameColumn(ColumnOperation):
    """Rename a column; keys, constraints, indexes and computed columns that use it follow, in other tables too.

    With `if_exists` a column that the database does not have is no error.
    """

    new_name: str
    if_exists: bool
    symbol: ClassVar[str] = "~"
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self, table: str, column: str, new_name: str, *, schema: str | None = None, if_exists: bool = False
    ) -> None:
        assign(self, table=table, column=column, new_name=new_name, schema=schema, if_exists=if_exists)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return state.with_renamed_column(self.key, self.column, self.new_name)

    def edit_column(self, column: ColumnState) -> ColumnState | None:
        return replace(column, name=self.new_name)

    def reverse(self, before: SchemaState) -> Operation:
        return RenameColumn(self.table, self.new_name, self.column, schema=self.schema, if_exists=self.if_exists)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        change = self.change(before, after)
        there = if_there(self.if_exists, "column", change.old, self.column)
        editor.under(there, lambda: editor.rename_column(change, self.column, self.new_name))

    def describe(self) -> str:
        return f"rename column {self.key}.{self.column} to {self.new_name}"

    def fragment(self) -> str:
        return f"rename_{self.column}_to_{self.new_name}_on_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        state = before[self.key]
        users = [*state.constraints.values(), *state.indexes.values()]
        following = {item(self.key, user.name) for user in users if self.column in columns_of(user, state)}
        following |= columns(
            self.key, (c.name for c in state.columns.values() if self.column in computed_from(c, state))
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
        if self.if_exists or not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropTable):
            return (following,)
        if isinstance(following, DropColumn) and following.column == self.new_name:
            return (DropColumn(self.table, self.column, schema=self.schema, cascade=following.cascade),)
        if isinstance(following, RenameColumn) and following.column == self.new_name:
            if following.new_name == self.column:
                return ()
            return (RenameColumn(self.table, self.column, following.new_name, schema=self.schema),)
        return None

    def arguments(self) -> Arguments:
        return (self.table, self.column, self.new_name), given(schema=self.schema, if_exists=self.if_exists)
