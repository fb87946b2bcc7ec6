"""DuckDB for minimig: a dialect of another package, as an example of one.

It is one class, published by the entry point `minimig.dialects` under the name of SQLAlchemy's dialect. The dialect
itself comes from `duckdb-sqlalchemy`. DuckDB rolls DDL back, adds and changes columns, and changes no constraint of a
table that exists: that is refused, with what to do instead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.change import TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.normalizer import Normalizer
from minimig.errors import UnsupportedError
from minimig.state.parts import ColumnState, ConstraintState, IndexState, PrimaryKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of


class DuckDBNormalizer(Normalizer):
    """DuckDB gives constraints names of its own, and reports no more of a foreign key than where it points."""

    supports_deferrable: ClassVar[bool] = False
    rewrites_expressions: ClassVar[bool] = False


class DuckDBEditor(SchemaEditor):
    """DuckDB 1.2 and later."""

    normalizer = DuckDBNormalizer
    transactional_ddl: ClassVar[bool] = True

    def spelled(self, table: TableState) -> TableState:
        """No column numbers itself: DuckDB has sequences, but no SERIAL and no IDENTITY. Enums are types to be made."""
        for column in table.columns.values():
            if isinstance(column.type.sa_type, sa.Enum) and column.type.sa_type.native_enum:
                what = f"column {table.key}.{column.name} is an enum, and its type is made by nobody"
                raise _refused(what, "use sa.Enum(..., native_enum=False)")
            if column.identity is not None or column.autoincrement is True:
                what = f"column {table.key}.{column.name} numbers itself"
                raise _refused(what, "draw from a sequence: sa.Sequence(...)")
        columns = {name: replace(column, autoincrement=False) for name, column in table.columns.items()}
        return replace(table, columns=columns)

    def create_table(self, before: SchemaState, after: SchemaState, table: TableState) -> None:
        for key in table.foreign_keys:
            if key.ondelete or key.onupdate:
                what = f"foreign key {key.name} does something on delete or update"
                raise _refused(what, "leave ondelete and onupdate out")
        super().create_table(before, after, table)

    def add_column(self, change: TableChange, column: ColumnState, fill: str | None) -> None:
        """DuckDB adds no column with a constraint: NOT NULL comes afterwards."""
        if column.computed is not None or self.type_checks(self.built(change.new), column.name):
            raise _refused(
                f"column {change.new.key}.{column.name} is computed or has a CHECK", "create the table with it"
            )
        loose = replace(column, nullable=True, default=column.default if fill is None else None)
        super().add_column(change, loose, None)
        if fill is not None:
            self._fill_rows(change, loose, fill, only_null=False)
        if loose != column:
            self.alter_column(change, replace(loose, comment=column.comment), column)

    def _fill_rows(self, change: TableChange, column: ColumnState, fill: str, *, only_null: bool) -> None:
        """DuckDB refuses to update rows that others point to, whatever is updated in them."""
        if change.new.foreign_keys or change.after.references_to(change.new.key):
            what = f"rows of table {change.new.key}, which has to do with foreign keys, get a value"
            raise _refused(what, "add the column as nullable")
        self.fill(change.new, column, fill, only_null=only_null)

    def rename_table(self, before: SchemaState, after: SchemaState, old: TableState, new: TableState) -> None:
        self._refuse_users(before, old, "renamed")
        super().rename_table(before, after, old, new)

    def alter_column(
        self,
        change: TableChange,
        old: ColumnState,
        new: ColumnState,
        *,
        fill: str | None = None,
        using: str | None = None,
    ) -> None:
        """Type, default, nullability and comment, each by a statement of its own."""
        alter = f"{self.alter(change.new)} ALTER COLUMN {self.quote(new.name)}"
        if old.identity != new.identity or old.autoincrement != new.autoincrement:
            what = f"column {change.new.key}.{new.name} numbers itself in another way"
            raise _refused(what, "draw from a sequence: sa.Sequence(...)")
        if old.computed != new.computed:
            raise _refused(f"column {change.new.key}.{new.name} is computed in another way", "drop it and add it again")
        if replace(old, comment=None) != replace(new, comment=None):
            self._refuse_users(change.before, change.old, "altered", new.name)
        if self.column_type(old) != self.column_type(new):
            self.execute(f"{alter} TYPE {self.column_type(new)}{f' USING {using}' if using else ''}")
        default_before, default_after = self.default_sql(old), self.default_sql(new)
        if default_before != default_after:
            self.execute(f"{alter} {f'SET DEFAULT {default_after}' if default_after else 'DROP DEFAULT'}")
        if fill is not None and not new.nullable:
            self._fill_rows(change, new, fill, only_null=True)
        if old.nullable != new.nullable:
            self.execute(f"{alter} {'DROP' if new.nullable else 'SET'} NOT NULL")
        if old.comment != new.comment:
            self.comment_column(change.new, new, old.comment)

    def drop_column(self, change: TableChange, column: ColumnState) -> None:
        self._refuse_users(change.before, change.old, "dropped", column.name)
        super().drop_column(change, column)

    def create_index(self, change: TableChange, index: IndexState) -> None:
        if dict(index.options).get("postgresql_where") is not None:
            raise _refused(f"index {index.name} is over a part of the rows", "leave its condition out")
        super().create_index(change, index)

    def rename_column(self, change: TableChange, old: str, new: str) -> None:
        self._refuse_users(change.before, change.old, "renamed", old)
        super().rename_column(change, old, new)

    def add_constraint(self, change: TableChange, constraint: ConstraintState | PrimaryKeyState) -> None:
        raise _refused(f"a constraint is added to table {change.new.key}", "create the table with it")

    def drop_constraint(self, change: TableChange, constraint: ConstraintState) -> None:
        raise _refused(f"constraint {constraint.name} is dropped from table {change.new.key}", "create the table anew")

    def rename_constraint(self, change: TableChange, old: Any, new: Any) -> None:
        """DuckDB keeps no names of constraints."""

    def drop_primary_key(self, change: TableChange) -> None:
        raise _refused(f"the primary key of {change.new.key} is dropped", "create the table anew")

    def rename_index(self, change: TableChange, old: IndexState, new: IndexState) -> None:
        self.drop_index(change, old)
        self.create_index(change, new)

    def _refuse_users(self, state: SchemaState, table: TableState, what: str, column: str | None = None) -> None:
        """DuckDB changes nothing that a key or a CHECK is built on, and renames no table with foreign keys."""
        users = [f"{holder.key}.{key.name}" for holder, key in state.references_to(table.key)]
        if column is None:
            users += [key.name for key in table.foreign_keys]
        else:
            users += [item.name for item in table.constraints.values() if column in columns_of(item, table)]
            users += ["the primary key"] if table.primary_key and column in table.primary_key.columns else []
        if users:
            name = f"{table.key}.{column}" if column else f"table {table.key}"
            raise _refused(f"{name} is {what}, and {', '.join(users)} uses it", "create the table anew")


def _refused(what: str, hint: str) -> UnsupportedError:
    return UnsupportedError(f"{what}, which DuckDB cannot do", hint=hint)
