"""Alter a column: type, nullability, server default, comment, identity, autoincrement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.errors import StateError
from minimig.operations.base import Arguments, ColumnOperation, Operation, TableOperation, assign
from minimig.operations.columns import DropColumn
from minimig.operations.footprint import EVERYTHING, Footprint, column_providers, columns, table
from minimig.operations.keep import KEEP, Keep, given
from minimig.operations.rank import Rank
from minimig.operations.tables import DropTable
from minimig.state.expressions import has_subquery, names_in
from minimig.state.from_items import default_state, identity_state
from minimig.state.parts import ColumnState, IdentityState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression, SqlType, TypeArgument


@dataclass(frozen=True, init=False)
class AlterColumn(ColumnOperation):
    """Change a column. Only what is given changes; None for `server_default` or `comment` drops it.

    `fill` is SQL for rows that hold NULL when the column becomes NOT NULL. `using` is SQL that converts the old values
    when the type changes (PostgreSQL manual, ALTER TABLE ... USING); without it the database casts.
    """

    type: SqlType | Keep
    nullable: bool | Keep
    server_default: SqlExpression | Keep | None
    comment: str | Keep | None
    identity: IdentityState | Keep | None
    autoincrement: bool | str | Keep
    fill: str | None
    using: str | None
    symbol: ClassVar[str] = "~"
    rank: ClassVar[Rank] = Rank.ALTER_COLUMN
    folds_into_table: ClassVar[bool] = True

    def __init__(  # noqa: PLR0913 - what can be altered is what can be said
        self,
        table: str,
        column: str,
        *,
        type: TypeArgument | Keep = KEEP,
        nullable: bool | Keep = KEEP,
        server_default: str | sa.ClauseElement | SqlExpression | Keep | None = KEEP,
        comment: str | Keep | None = KEEP,
        identity: sa.Identity | IdentityState | Keep | None = KEEP,
        autoincrement: bool | str | Keep = KEEP,
        fill: str | None = None,
        using: str | None = None,
        schema: str | None = None,
    ) -> None:
        assign(
            self,
            table=table,
            schema=schema,
            column=column,
            type=type if isinstance(type, Keep) else SqlType.of(type),
            nullable=nullable,
            server_default=server_default if isinstance(server_default, Keep) else default_state(server_default),
            comment=comment if isinstance(comment, Keep) else comment or None,
            identity=identity if identity is None or isinstance(identity, Keep) else identity_state(identity),
            autoincrement=autoincrement,
            fill=fill,
            using=using,
        )
        if not self.changes:
            raise StateError(f"AlterColumn({table!r}, {column!r}) changes nothing")

    @property
    def changes(self) -> dict[str, Any]:
        """The fields of ColumnState that it sets."""
        values = {
            "type": self.type,
            "nullable": self.nullable,
            "default": self.server_default,
            "comment": self.comment,
            "identity": self.identity,
            "autoincrement": self.autoincrement,
        }
        return {name: value for name, value in values.items() if not isinstance(value, Keep)}

    @property
    def fill_for_rows(self) -> str | None:
        return self.fill

    def folds_into(self, column: ColumnState, fill: str | None) -> bool:
        if self.using is not None:
            return False
        rows_have_values = fill is not None or column.default is not None
        harmless = {"nullable", "comment"} if rows_have_values else {"nullable", "comment", "type"}
        return self.changes.keys() <= harmless and not (rows_have_values and self.fill is not None)

    def edit_column(self, column: ColumnState) -> ColumnState:
        return replace(column, **self.changes)

    def edit(self, table: TableState) -> TableState:
        key = table.primary_key
        if self.nullable is True and key is not None and self.column in key.columns:
            raise StateError(f"{self.key}.{self.column} is in the primary key and cannot be nullable")
        return table.with_changed_column(self.edit_column(table.column(self.column)))

    def reverse(self, before: SchemaState) -> Operation:
        old = before[self.key].column(self.column)
        return alter_column(
            self.table, self.column, {name: getattr(old, name) for name in self.changes}, schema=self.schema
        )

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.alter_column(
            self.change(before, after),
            before[self.key].column(self.column),
            after[self.key].column(self.column),
            fill=self.fill,
            using=self.using,
        )

    def describe(self) -> str:
        return f"alter column {self.key}.{self.column} ({', '.join(self._words())})"

    def _words(self) -> list[str]:
        words = {"default": "server default", "nullable": "null" if self.nullable is True else "not null"}
        return [words.get(name, name) for name in self.changes]

    def fragment(self) -> str:
        return f"alter_{self.column}_on_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        sql = f"{self.fill or ''} {self.using or ''}"
        if has_subquery(sql):
            return EVERYTHING
        old = before[self.key].column(self.column)
        sources = columns(self.key, names_in(sql, before[self.key].columns)) - columns(self.key, [self.column])
        sources |= column_providers([old, self.edit_column(old)], before)
        return Footprint(changes=columns(self.key, [self.column]), reads=sources | {table(self.key)})

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropTable) or (isinstance(following, DropColumn) and following.column == self.column):
            return (following,)
        if isinstance(following, AlterColumn) and following.column == self.column:
            both = self.changes.keys() & following.changes.keys()
            if "type" in both or (self.fill is not None and "nullable" in both):
                return None  # what the first one does to the values would be left out
            return (
                alter_column(
                    self.table,
                    self.column,
                    {**self.changes, **following.changes},
                    fill=following.fill or self.fill,
                    using=following.using or self.using,
                    schema=self.schema,
                ),
            )
        return None

    def arguments(self) -> Arguments:
        return (self.table, self.column), given(
            type=self.type,
            nullable=self.nullable,
            server_default=self.server_default,
            comment=self.comment,
            identity=self.identity,
            autoincrement=self.autoincrement,
            fill=self.fill,
            using=self.using,
            schema=self.schema,
        )


def alter_column(
    table: str,
    column: str,
    changes: Mapping[str, Any],
    *,
    fill: str | None = None,
    using: str | None = None,
    schema: str | None = None,
) -> AlterColumn:
    """An AlterColumn that sets these fields of ColumnState."""
    arguments = {"server_default" if name == "default" else name: value for name, value in changes.items()}
    return AlterColumn(table, column, **arguments, fill=fill, using=using, schema=schema)
