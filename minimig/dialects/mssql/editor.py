"""The schema editor of SQL Server.

DDL is transactional, but little of it is standard: names change by procedures and comments are extended properties
(`batches`), a column changes only while nothing is built on it (`columns`), IDENTITY belongs to a column for life
(`identity`). Each statement is a batch of its own: SQL Server reads a whole batch before it runs any of it, and would
not find a column that is only being added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.schema import AddConstraint

from minimig.dialects.change import TableChange
from minimig.dialects.dependents import speaking_of
from minimig.dialects.mssql import batches
from minimig.dialects.mssql.columns import ColumnChange
from minimig.dialects.mssql.identity import numbering, refuse_identity_change
from minimig.dialects.mssql.lock import mssql_lock
from minimig.dialects.mssql.normalizer import MSSQLNormalizer
from minimig.dialects.mssql.objects import MSSQLObjects
from minimig.dialects.mssql.rows import by_number
from minimig.dialects.mssql.script import SQLCmdScript
from minimig.dialects.mssql.statements import MSSQLStatements
from minimig.dialects.mssql.text import refuse_expressions
from minimig.dialects.rows import Row
from minimig.dialects.script_style import ScriptStyle
from minimig.dialects.sqltext import truth
from minimig.state.parts import ColumnState, ConstraintState, ForeignKeyState, IndexState, PrimaryKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.written import Item

ASSUMED_VERSION = (14,)
"""The SQL Server that a script is written for: 2017, the first with STRING_AGG."""


class MSSQLEditor(MSSQLStatements):
    """SQL Server 2017 and later, Azure SQL."""

    normalizer = MSSQLNormalizer
    object_editor = MSSQLObjects
    lock = staticmethod(mssql_lock)
    transactional_ddl: ClassVar[bool] = True
    folds_case: ClassVar[bool] = True
    script: ClassVar[ScriptStyle] = SQLCmdScript()

    @staticmethod
    def assume(dialect: sa.Dialect) -> None:
        """Without a version SQLAlchemy writes for SQL Server 2005, which had no DATE and no VARCHAR(max)."""
        plain: Any = dialect
        plain.server_version_info = ASSUMED_VERSION
        plain._setup_version_attributes()  # noqa: SLF001 - what the first connection does

    @property
    def conditional(self) -> Mapping[bool, tuple[str, ...]]:
        """IF EXISTS stands in statements that drop a whole table or index; other steps are more than one statement."""
        return {True: ("DROP TABLE", "DROP INDEX"), False: ()}

    # --- tables -------------------------------------------------------------------------------------------------------

    def create_table(self, before: SchemaState, after: SchemaState, table: TableState) -> None:
        refuse_expressions(table.indexes.values(), table)
        super().create_table(before, after, table)

    def rename_table(self, before: SchemaState, after: SchemaState, old: TableState, new: TableState) -> None:
        self.execute(batches.rename("OBJECT", self.table(old), new.name))
        for name, renamed in self.renamed_type_checks(old, new).items():
            self.rename_constraint_sql(new, name, renamed)

    # --- columns ------------------------------------------------------------------------------------------------------

    def add_column(self, change: TableChange, column: ColumnState, fill: str | None) -> None:
        super().add_column(change, column, None if fill is None else truth(fill))

    def brought_by_column(
        self, change: TableChange, column: ColumnState, items: Sequence[Item], fill: str | None
    ) -> tuple[Item, ...]:
        """The primary key: a column that numbers itself because of it has to do so from the beginning."""
        return tuple(item for item in items if isinstance(item, PrimaryKeyState) and fill is None)

    def add_column_sql(self, change: TableChange, column: ColumnState) -> None:
        super().add_column_sql(change, column)
        if change.new.primary_key is not None and change.old.primary_key is None:
            self.execute(self.compile(AddConstraint(self.built(change.new).primary_key)))

    def add_column_clause(self, change: TableChange, column: ColumnState, extra: str = "") -> str:
        """A nullable column takes its default into the rows that exist only WITH VALUES."""
        values = f" {extra} WITH VALUES" if extra else ""
        return f"{self.alter(change.new)} ADD {self.column_specification(change.new, column)}{values}"

    def drop_column(self, change: TableChange, column: ColumnState) -> None:
        for check in self.checks_of_type(change.old, column.name):
            self.drop_constraint_sql(change.old, str(check.name))
        if column.computed is None:
            self.execute(batches.drop_on_column(self.table(change.old), column.name))
        self.execute(f"{self.alter(change.old)} DROP COLUMN {self.quote(column.name)}")

    def rename_column(self, change: TableChange, old: str, new: str) -> None:
        """SQL Server renames no column that a CHECK or a computed column speaks of (error 15336)."""
        gone = speaking_of(change.before, change.old, old, checks=True)
        back = speaking_of(change.after, change.new, new, checks=True)
        for name in self.added_type_checks(change.old, change.old.column(old)):
            self.drop_constraint_sql(change.old, name)
        self.take_away(change, gone)
        self.rename_column_sql(change.new, old, new)
        self.put_back(change, back)
        for statement in self.added_type_checks(change.new, change.new.column(new)).values():
            self.execute(statement)

    def alter_column(
        self,
        change: TableChange,
        old: ColumnState,
        new: ColumnState,
        *,
        fill: str | None = None,
        using: str | None = None,
    ) -> None:
        ColumnChange(self, change, old, new).execute(fill, using)

    # --- rows ---------------------------------------------------------------------------------------------------------

    def insert_rows(self, table: TableState, rows: Sequence[Row]) -> None:
        counter = next(iter(numbering(self, table)), None)  # a table has no more than one
        if counter is None or self.output.connection is not None:
            super().insert_rows(table, rows)
            return
        for gives, group in by_number(rows, counter):
            if gives:
                why = "rows give a column numbers that it would give itself, which has to be allowed first"
                self.execute(f"SET IDENTITY_INSERT {self.table(table)} ON", why)
            super().insert_rows(table, group)
            if gives:
                self.execute(f"SET IDENTITY_INSERT {self.table(table)} OFF", "it is allowed for these rows alone")

    # --- constraints --------------------------------------------------------------------------------------------------

    def add_constraint(self, change: TableChange, constraint: ConstraintState | PrimaryKeyState) -> None:
        refuse_identity_change(self, change)
        if isinstance(constraint, PrimaryKeyState):
            self._set_nullable(change, change.old, constraint.columns, nullable=False)
        super().add_constraint(change, constraint)

    def drop_constraint(self, change: TableChange, constraint: ConstraintState) -> None:
        refuse_identity_change(self, change)
        if not self._is_held_off(change.before, change.old, constraint):
            super().drop_constraint(change, constraint)

    def drop_primary_key(self, change: TableChange) -> None:
        refuse_identity_change(self, change)
        self.drop_primary_key_sql(change.old)
        key = change.old.key_or_error()
        loosened = [name for name in key.columns if change.new.column(name).nullable]
        self._set_nullable(change, replace(change.old, primary_key=None), loosened, nullable=True)

    def rename_constraint(self, change: TableChange, old: ConstraintState, new: ConstraintState) -> None:
        if not self._is_held_off(change.before, change.old, old):
            self.rename_constraint_sql(change.new, old.name, new.name)

    def _is_held_off(self, schema: SchemaState, table: TableState, constraint: ConstraintState) -> bool:
        """Whether a foreign key is missing because its sides are not of one type yet."""
        return isinstance(constraint, ForeignKeyState) and not self.holds(schema, table, constraint)

    def _set_nullable(
        self, change: TableChange, table: TableState, columns: tuple[str, ...] | list[str], *, nullable: bool
    ) -> None:
        """Columns of a key lose NULL before it comes, and may get it back once it is gone."""
        for name in columns:
            old = table.column(name)
            changed = table.with_changed_column(replace(old, nullable=nullable))
            if old.nullable != nullable:
                before, after = (change.before.with_changed_table(state) for state in (table, changed))
                step = TableChange(before, after, table, changed)
                ColumnChange(self, step, old, changed.column(name)).execute(None, None)
            table = changed

    # --- indexes ------------------------------------------------------------------------------------------------------

    def create_index(self, change: TableChange, index: IndexState) -> None:
        refuse_expressions([index], change.new)
        super().create_index(change, index)

    def drop_index(self, change: TableChange, index: IndexState) -> None:
        self.execute(f"DROP INDEX {self.quote_constraint(index.name)} ON {self.table(change.old)}")

    def rename_index(self, change: TableChange, old: IndexState, new: IndexState) -> None:
        path = f"{self.table(change.new)}.{self.quote_constraint(old.name)}"
        self.execute(batches.rename("INDEX", path, self.shortened(new.name)))
