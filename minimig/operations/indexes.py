"""Create, drop and rename indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.operations.base import Arguments, Operation, TableOperation, assign
from minimig.operations.footprint import Footprint, columns, item, sql_providers, table
from minimig.operations.keep import given
from minimig.operations.rank import Rank
from minimig.operations.tables import DropTable
from minimig.state.from_items import index_element
from minimig.state.options import freeze_options
from minimig.state.parts import IndexState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.values import SqlExpression


@dataclass(frozen=True, init=False)
class CreateIndex(TableOperation):
    """Create an index over columns (by name) and expressions (`sa.text`); keyword options as for `sqlalchemy.Index`."""

    index: IndexState
    symbol: ClassVar[str] = "+"
    rank: ClassVar[Rank] = Rank.CREATE_INDEX
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self,
        name: str | IndexState,
        table: str,
        elements: Sequence[str | sa.ClauseElement | SqlExpression] = (),
        *,
        unique: bool = False,
        schema: str | None = None,
        **options: Any,
    ) -> None:
        index = (
            name
            if isinstance(name, IndexState)
            else IndexState(name, tuple(index_element(e) for e in elements), unique, freeze_options(options))
        )
        assign(self, table=table, schema=schema, index=index)

    def edit(self, table: TableState) -> TableState:
        return table.with_index(self.index)

    def reverse(self, before: SchemaState) -> Operation:
        return DropIndex(self.index.name, self.table, schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.create_index(self.change(before, after), self.index)

    def describe(self) -> str:
        elements = ", ".join(e if isinstance(e, str) else e.text for e in self.index.elements)
        return f"create {'unique ' if self.index.unique else ''}index {self.index.name} on {self.key} ({elements})"

    def fragment(self) -> str:
        return f"create_{self.index.name}"

    def footprint(self, before: SchemaState) -> Footprint:
        reads = columns(self.key, columns_of(self.index, before[self.key])) | {table(self.key)}
        reads |= sql_providers(self.index.elements, before)
        return Footprint(creates=frozenset({item(self.key, self.index.name)}), reads=reads)

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropIndex) and following.name == self.index.name:
            return ()
        if isinstance(following, RenameIndex) and following.name == self.index.name:
            return (CreateIndex(replace(self.index, name=following.new_name), self.table, schema=self.schema),)
        return (following,) if isinstance(following, DropTable) else None

    def arguments(self) -> Arguments:
        index = self.index
        unique = {"unique": True} if index.unique else {}
        return (index.name, self.table, list(index.elements)), {
            **unique,
            **given(schema=self.schema),
            **dict(index.options),
        }


@dataclass(frozen=True, init=False)
class DropIndex(TableOperation):
    """Drop an index by name."""

    name: str
    symbol: ClassVar[str] = "-"
    rank: ClassVar[Rank] = Rank.DROP_INDEX
    folds_into_table: ClassVar[bool] = True

    def __init__(self, name: str, table: str, *, schema: str | None = None) -> None:
        assign(self, table=table, schema=schema, name=name)

    def edit(self, table: TableState) -> TableState:
        return table.without_index(self.name)

    def reverse(self, before: SchemaState) -> Operation:
        return CreateIndex(before[self.key].index(self.name), self.table, schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.drop_index(self.change(before, after), before[self.key].index(self.name))

    def describe(self) -> str:
        return f"drop index {self.name} on {self.key}"

    def fragment(self) -> str:
        return f"drop_{self.name}"

    def footprint(self, before: SchemaState) -> Footprint:
        old = before[self.key]
        reads = columns(self.key, columns_of(old.index(self.name), old)) | {table(self.key)}
        reads |= sql_providers(old.index(self.name).elements, before)
        return Footprint(drops=frozenset({item(self.key, self.name)}), reads=reads)

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        return (following,) if isinstance(following, DropTable) and following.key == self.key else None

    def arguments(self) -> Arguments:
        return (self.name, self.table), given(schema=self.schema)


@dataclass(frozen=True, init=False)
class RenameIndex(TableOperation):
    """Rename an index."""

    name: str
    new_name: str
    symbol: ClassVar[str] = "~"
    rank: ClassVar[Rank] = Rank.RENAME_INDEX
    folds_into_table: ClassVar[bool] = True

    def __init__(self, name: str, new_name: str, table: str, *, schema: str | None = None) -> None:
        assign(self, table=table, schema=schema, name=name, new_name=new_name)

    def edit(self, table: TableState) -> TableState:
        return table.with_renamed_index(self.name, self.new_name)

    def reverse(self, before: SchemaState) -> Operation:
        return RenameIndex(self.new_name, self.name, self.table, schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.rename_index(
            self.change(before, after),
            before[self.key].index(self.name),
            after[self.key].index(self.new_name),
        )

    def describe(self) -> str:
        return f"rename index {self.name} on {self.key} to {self.new_name}"

    def fragment(self) -> str:
        return f"rename_{self.name}"

    def footprint(self, before: SchemaState) -> Footprint:
        old = before[self.key]
        return Footprint(
            creates=frozenset({item(self.key, self.new_name)}),
            drops=frozenset({item(self.key, self.name)}),
            reads=columns(self.key, columns_of(old.index(self.name), old)) | {table(self.key)},
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropIndex) and following.name == self.new_name:
            return (DropIndex(self.name, self.table, schema=self.schema),)
        if isinstance(following, RenameIndex) and following.name == self.new_name:
            if following.new_name == self.name:
                return ()
            return (RenameIndex(self.name, following.new_name, self.table, schema=self.schema),)
        return (following,) if isinstance(following, DropTable) else None

    def arguments(self) -> Arguments:
        return (self.name, self.new_name, self.table), given(schema=self.schema)
