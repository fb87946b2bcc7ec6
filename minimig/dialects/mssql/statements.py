"""The statements that the schema editor of SQL Server and its helpers are built from."""

from __future__ import annotations

import re
from typing import ClassVar

from minimig.dialects.aside import AsideEditor
from minimig.dialects.limits import Limits
from minimig.dialects.mssql import batches
from minimig.dialects.mssql.limits import LIMITS
from minimig.dialects.mssql.text import spell
from minimig.dialects.sqltext import truth
from minimig.state.parts import ColumnState, ForeignKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState

_NUMERIC = re.compile(r"^(DECIMAL|NUMERIC)\b")


class MSSQLStatements(AsideEditor):
    """T-SQL for one thing each."""

    limits: ClassVar[Limits] = LIMITS

    def spelled(self, table: TableState) -> TableState:
        return spell(table)

    def string(self, value: str) -> str:
        return batches.literal(value)

    # --- comments -----------------------------------------------------------------------------------------------------

    def comment_table(self, table: TableState, before: str | None) -> None:
        self._comment(table, {}, table.comment, before)

    def comment_column(self, table: TableState, column: ColumnState, before: str | None) -> None:
        self._comment(table, {"COLUMN": column.name}, column.comment, before)

    def _comment(self, table: TableState, below: dict[str, str], text: str | None, before: str | None) -> None:
        procedure = "drop" if text is None else "add" if before is None else "update"
        schema = table.schema or self.dialect.default_schema_name
        self.execute(batches.comment(procedure, text, schema, {"TABLE": table.name, **below}))

    # --- columns ------------------------------------------------------------------------------------------------------

    def restate(self, table: TableState, column: ColumnState) -> None:
        """ALTER COLUMN, which says type, collation and nullability at once: what is left out becomes the default."""
        null = "NULL" if column.nullable else "NOT NULL"
        name = self.quote(column.name)
        why = "ALTER COLUMN states type and nullability at once: what it left out would become the default"
        self.execute(f"{self.alter(table)} ALTER COLUMN {name} {self.column_type(column)} {null}", why)

    def drop_default(self, table: TableState, column: ColumnState) -> None:
        why = "a default is a constraint here, under a name that the server made up: it is looked up first"
        self.execute(batches.drop_default(self.table(table), column.name), why)

    def add_default(self, table: TableState, column: ColumnState, default: str) -> None:
        """Give a column its default."""
        self.execute(f"{self.alter(table)} ADD DEFAULT {default} FOR {self.quote(column.name)}")

    def fill(self, table: TableState, column: ColumnState, fill: str, *, only_null: bool) -> None:
        super().fill(table, column, truth(fill), only_null=only_null)

    def rename_column_sql(self, table: TableState, old: str, new: str) -> None:
        """Rename a column and nothing else."""
        self.execute(batches.rename("COLUMN", f"{self.table(table)}.{self.quote(old)}", new))

    # --- constraints --------------------------------------------------------------------------------------------------

    def holds(self, schema: SchemaState, table: TableState, key: ForeignKeyState) -> bool:
        """SQL Server wants the same type on both sides of a foreign key, length and scale included."""
        target = schema.tables.get(key.target)
        if target is None:
            return True  # not ours: the database knows
        return all(
            self._comparable(table, own) == self._comparable(target, other)
            for own, other in zip(key.columns, key.target_columns, strict=True)
            if own in table.columns and other in target.columns
        )

    def _comparable(self, table: TableState, column: str) -> str:
        return _NUMERIC.sub("DECIMAL", self.column_type(table.columns[column]))

    def rename_constraint_sql(self, table: TableState, old: str, new: str) -> None:
        """Rename a constraint of any kind: it is an object of its own in the table's schema."""
        self.execute(batches.rename("OBJECT", self.qualified(table.schema, old), self.shortened(new)))

    def drop_primary_key_sql(self, table: TableState) -> None:
        name = table.key_or_error().name
        if name is not None:
            self.drop_constraint_sql(table, name)
        else:
            self.execute(batches.drop_primary_key(self.table(table)))
