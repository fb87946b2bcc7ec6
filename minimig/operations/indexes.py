"""Create, drop and rename indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.offenders import Offenders
from minimig.dialects.presence import if_missing, if_there
from minimig.operations.base import Arguments, Operation, TableOperation, assign
from minimig.operations.footprint import Footprint, columns, item, sql_providers, table
from minimig.operations.keep import given
from minimig.operations.offending import twice_in_index
from minimig.operations.rank import Rank
from minimig.operations.rename_item import RenameItem
from minimig.operations.tables import DropTable
from minimig.state.from_items import index_element, new_index
from minimig.state.parts import IndexState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.values import SqlExpression
from minimig.state.written import Convention, default_index_name, item_named_by


@dataclass(frozen=True, init=False)
class CreateIndex(TableOperation):
    """Create an index over columns (by name) and expressions (`sa.text`); keyword options as for `sqlalchemy.Index`.

    A name of None is left to the naming convention; an index that begins with an expression must have one. With
    `postgresql_concurrently` PostgreSQL builds it while others write; it then runs outside the migration's transaction,
    and other databases do not mind.
    """

    index: IndexState
    if_not_exists: bool
    open: bool = field(compare=False, repr=False)
    symbol: ClassVar[str] = "+"
    rank: ClassVar[Rank] = Rank.CREATE_INDEX
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self,
        name: str | IndexState | None,
        table: str,
        elements: Sequence[str | sa.ClauseElement | SqlExpression] = (),
        *,
        unique: bool = False,
        schema: str | None = None,
        if_not_exists: bool = False,
        **options: Any,
    ) -> None:
        if isinstance(name, IndexState):
            index = name
        else:
            found = tuple(index_element(e) for e in elements)
            chosen = name or default_index_name(table, schema, elements)
            index = new_index(chosen, found, unique=unique, options=options)
        assign(self, table=table, schema=schema, index=index, if_not_exists=if_not_exists, open=name is None)

    @property
    def has_open_names(self) -> bool:
        return self.open

    def named(self, convention: Convention) -> Operation:
        named: Any = item_named_by(self.index, self.table, self.schema, convention) if self.open else self.index
        return CreateIndex(named, self.table, schema=self.schema, if_not_exists=self.if_not_exists)

    @property
    def alone(self) -> bool:
        return self.index.concurrently

    def steps_outside(self, editor: SchemaEditor) -> bool:
        return self.index.concurrently and editor.builds_indexes_outside

    def edit(self, table: TableState) -> TableState:
        return table.with_index(self.index)

    def reverse(self, before: SchemaState) -> Operation:
        return DropIndex(
            self.index.name,
            self.table,
            schema=self.schema,
            if_exists=self.if_not_exists,
            postgresql_concurrently=self.index.concurrently,
        )

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        change = self.change(before, after)
        missing = if_missing(self.if_not_exists, "index", change.old, self.index.name)
        editor.under(missing, lambda: editor.create_index(change, self.index))

    def offenders(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> tuple[Offenders, ...]:
        return () if self.if_not_exists else twice_in_index(editor, before[self.key], self.index)

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
        if isinstance(following, DropTable):
            return (following,)
        if self.if_not_exists:
            return None
        if isinstance(following, DropIndex) and following.name == self.index.name:
            return ()
        if isinstance(following, RenameIndex) and following.name == self.index.name:
            return (CreateIndex(replace(self.index, name=following.new_name), self.table, schema=self.schema),)
        return None

    def arguments(self) -> Arguments:
        index = self.index
        unique = {"unique": True} if index.unique else {}
        return (index.name, self.table, list(index.elements)), {
            **unique,
            **given(schema=self.schema, if_not_exists=self.if_not_exists),
            **dict(index.options),
            **_concurrently(index.concurrently),
        }


@dataclass(frozen=True, init=False)
class DropIndex(TableOperation):
    """Drop an index by name; with `postgresql_concurrently` as an index is created with it."""

    name: str
    if_exists: bool
    postgresql_concurrently: bool
    symbol: ClassVar[str] = "-"
    rank: ClassVar[Rank] = Rank.DROP_INDEX
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self,
        name: str,
        table: str,
        *,
        schema: str | None = None,
        if_exists: bool = False,
        postgresql_concurrently: bool = False,
    ) -> None:
        assign(self, table=table, schema=schema, name=name, if_exists=if_exists)
        assign(self, postgresql_concurrently=postgresql_concurrently)

    @property
    def alone(self) -> bool:
        return self.postgresql_concurrently

    def steps_outside(self, editor: SchemaEditor) -> bool:
        return self.postgresql_concurrently and editor.builds_indexes_outside

    def edit(self, table: TableState) -> TableState:
        return table.without_index(self.name)

    def reverse(self, before: SchemaState) -> Operation:
        return CreateIndex(self._index(before), self.table, schema=self.schema, if_not_exists=self.if_exists)

    def _index(self, before: SchemaState) -> IndexState:
        return replace(before[self.key].index(self.name), concurrently=self.postgresql_concurrently)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        change = self.change(before, after)
        there = if_there(self.if_exists, "index", change.old, self.name)
        editor.under(there, lambda: editor.drop_index(change, self._index(before)))

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
        named = given(schema=self.schema, if_exists=self.if_exists)
        return (self.name, self.table), {**named, **_concurrently(self.postgresql_concurrently)}


def _concurrently(wanted: bool) -> dict[str, bool]:
    return {"postgresql_concurrently": True} if wanted else {}


@dataclass(frozen=True, init=False)
class RenameIndex(RenameItem[str]):
    """Rename an index."""

    rank: ClassVar[Rank] = Rank.RENAME_INDEX
    noun: ClassVar[str] = "index"

    def edit(self, table: TableState) -> TableState:
        return table.with_renamed_index(self.name, self.new_name)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        old, new = before[self.key].index(self.name), after[self.key].index(self.new_name)
        editor.rename_index(self.change(before, after), old, new)

    def footprint(self, before: SchemaState) -> Footprint:
        old = before[self.key]
        return Footprint(
            creates=frozenset({item(self.key, self.new_name)}),
            drops=frozenset({item(self.key, self.name)}),
            reads=columns(self.key, columns_of(old.index(self.name), old)) | {table(self.key)},
        )

    def dropped(self, following: Operation) -> Operation | None:
        if isinstance(following, DropIndex) and following.name == self.new_name:
            return replace(following, name=self.name)
        return None
