"""Add, drop, rename and alter a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.errors import StateError
from minimig.operations.base import Arguments, Operation, TableOperation, assign
from minimig.operations.footprint import Footprint, columns, item, table
from minimig.operations.keep import KEEP, Keep, given
from minimig.operations.tables import DropTable
from minimig.state.expressions import names_in
from minimig.state.from_metadata import default_state, identity_state, lone_column_state
from minimig.state.schema import SchemaState
from minimig.state.tables import ColumnState, IdentityState, TableState, columns_of
from minimig.state.values import SqlExpression, SqlType, TypeArgument


@dataclass(frozen=True, init=False)
class AddColumn(TableOperation):
    """Add a column at the end of a table.

    `fill` is SQL for the rows that exist already: needed once, when the column is NOT NULL and has no server default.
    It may speak of other columns of the row, for example `fill="lower(title)"`.
    """

    column: ColumnState
    fill: str | None
    symbol: ClassVar[str] = "+"
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self,
        table: str,
        column: sa.Column[Any] | ColumnState,
        *,
        fill: str | None = None,
        schema: str | None = None,
    ) -> None:
        assign(self, table=table, schema=schema, column=lone_column_state(column), fill=fill)

    def edit(self, table: TableState) -> TableState:
        return table.with_column(self.column)

    def reverse(self, before: SchemaState) -> Operation:
        return DropColumn(self.table, self.column.name, schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.add_column(self.change(before, after), self.column, self.fill)

    def describe(self) -> str:
        return f"add column {self.key}.{self.column.name}"

    def fragment(self) -> str:
        return f"add_{self.column.name}_to_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        sources = _computed_from(self.column, before[self.key])
        return Footprint(
            creates=columns(self.key, [self.column.name]),
            reads=columns(self.key, sources) | {table(self.key)},
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        name = self.column.name
        if isinstance(following, DropTable):
            return (following,)
        if isinstance(following, DropColumn) and following.column == name:
            return ()
        if isinstance(following, RenameColumn) and following.column == name:
            return (replace_column(self, replace(self.column, name=following.new_name)),)
        if isinstance(following, AlterColumn) and following.column == name:
            return (replace_column(self, following.altered(self.column), self.fill or following.fill),)
        return None

    def arguments(self) -> Arguments:
        return (self.table, self.column), given(fill=self.fill, schema=self.schema)


def replace_column(add: AddColumn, column: ColumnState, fill: str | None = None) -> AddColumn:
    """The same AddColumn with another column."""
    return AddColumn(add.table, column, fill=fill or add.fill, schema=add.schema)


@dataclass(frozen=True, init=False)
class DropColumn(TableOperation):
    """Drop a column with its values. What uses it (constraints, indexes) is dropped by operations of its own before."""

    column: str
    symbol: ClassVar[str] = "-"
    folds_into_table: ClassVar[bool] = True

    def __init__(self, table: str, column: str, *, schema: str | None = None) -> None:
        assign(self, table=table, column=column, schema=schema)

    def edit(self, table: TableState) -> TableState:
        if len(table.columns) == 1 and self.column in table.columns:
            raise StateError(f"{self.key}.{self.column} is the only column of its table", hint="drop the table instead")
        return table.without_column(self.column)

    def reverse(self, before: SchemaState) -> Operation:
        return AddColumn(self.table, before[self.key].column(self.column), schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.drop_column(self.change(before, after), before[self.key].column(self.column))

    def describe(self) -> str:
        return f"drop column {self.key}.{self.column}"

    def fragment(self) -> str:
        return f"drop_{self.column}_from_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        sources = _computed_from(before[self.key].column(self.column), before[self.key])
        return Footprint(drops=columns(self.key, [self.column]), reads=columns(self.key, sources) | {table(self.key)})

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        return (following,) if isinstance(following, DropTable) and following.key == self.key else None

    def arguments(self) -> Arguments:
        return (self.table, self.column), given(schema=self.schema)


@dataclass(frozen=True, init=False)
class RenameColumn(TableOperation):
    """Rename a column; keys, constraints, indexes and computed columns that use it follow, in other tables too."""

    column: str
    new_name: str
    symbol: ClassVar[str] = "~"
    folds_into_table: ClassVar[bool] = True

    def __init__(self, table: str, column: str, new_name: str, *, schema: str | None = None) -> None:
        assign(self, table=table, column=column, new_name=new_name, schema=schema)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return state.with_renamed_column(self.key, self.column, self.new_name)

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


@dataclass(frozen=True, init=False)
class AlterColumn(TableOperation):
    """Change a column. Only what is given changes; None for `server_default` or `comment` drops it.

    `fill` is SQL for rows that hold NULL when the column becomes NOT NULL. `using` is SQL that converts the old values
    when the type changes (PostgreSQL manual, ALTER TABLE ... USING); without it the database casts.
    """

    column: str
    type: SqlType | Keep
    nullable: bool | Keep
    server_default: SqlExpression | None | Keep
    comment: str | None | Keep
    identity: IdentityState | None | Keep
    autoincrement: bool | str | Keep
    fill: str | None
    using: str | None
    symbol: ClassVar[str] = "~"
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self,
        table: str,
        column: str,
        *,
        type: TypeArgument | Keep = KEEP,  # noqa: A002
        nullable: bool | Keep = KEEP,
        server_default: str | sa.ClauseElement | SqlExpression | None | Keep = KEEP,
        comment: str | None | Keep = KEEP,
        identity: sa.Identity | IdentityState | None | Keep = KEEP,
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
            comment=comment,
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

    def altered(self, column: ColumnState) -> ColumnState:
        """The column after this operation."""
        return replace(column, **self.changes)

    def edit(self, table: TableState) -> TableState:
        key = table.primary_key
        if self.nullable is True and key is not None and self.column in key.columns:
            raise StateError(f"{self.key}.{self.column} is in the primary key and cannot be nullable")
        return table.with_changed_column(self.altered(table.column(self.column)))

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
        return Footprint(changes=columns(self.key, [self.column]), reads=frozenset({table(self.key)}))

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropTable) or (isinstance(following, DropColumn) and following.column == self.column):
            return (following,)
        if isinstance(following, AlterColumn) and following.column == self.column:
            if self.using and "type" in following.changes:
                return None  # two conversions of the values: neither can be left out
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


def _computed_from(column: ColumnState, state: TableState) -> tuple[str, ...]:
    """The columns that a computed column is computed from."""
    return names_in(column.computed.expression.text, state.columns) if column.computed else ()
