"""Build a table anew, and put its columns in another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from minimig.dialects.editor import SchemaEditor
from minimig.operations.base import Arguments, Operation, TableOperation, assign
from minimig.operations.footprint import Footprint, columns, item, table
from minimig.operations.keep import given
from minimig.operations.rank import Rank
from minimig.operations.tables import DropTable
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


@dataclass(frozen=True, init=False)
class RebuildTable(TableOperation):
    """Write a table anew, rows and all, with its columns in another order if `order` says so.

    `order` names all columns or some: then those stand one behind the other, where the first of them stands now.
    Nothing ever proposes this operation, because the order of columns makes no difference between schemas. SQLite
    builds the table beside the old one, MySQL and MariaDB use FORCE and MODIFY ... AFTER; PostgreSQL cannot.
    """

    order: tuple[str, ...]
    symbol: ClassVar[str] = "~"
    rank: ClassVar[Rank] = Rank.ALTER_TABLE
    folds_into_table: ClassVar[bool] = True

    def __init__(self, table: str, *, order: Sequence[str] = (), schema: str | None = None) -> None:
        assign(self, table=table, schema=schema, order=tuple(order))

    def edit(self, table: TableState) -> TableState:
        return table.with_order(self.order)

    def reverse(self, before: SchemaState) -> Operation:
        order = tuple(before[self.key].columns) if self.order else ()
        return RebuildTable(self.table, order=order, schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.rebuild_table(self.change(before, after))

    def describe(self) -> str:
        order = f" ({', '.join(self.order)})" if self.order else ""
        return f"rebuild table {self.key}{order}"

    def fragment(self) -> str:
        return f"rebuild_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        everything = columns(self.key, before[self.key].columns) | {table(self.key)}
        return Footprint(changes=frozenset({item(self.key, "order")}), reads=everything)

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropTable) or (isinstance(following, RebuildTable) and not self.order):
            return (following,)
        return None

    def arguments(self) -> Arguments:
        return (self.table,), {**({"order": list(self.order)} if self.order else {}), **given(schema=self.schema)}
