"""The schema editor of Oracle Database.

Close to standard SQL, with MODIFY for columns (`columns`), identities that only new columns get (`identity`), and a few
things that it lacks or reads in its own way (`text`). Every DDL statement commits by itself. No lock keeps two runners
apart: DBMS_LOCK has to be granted, and what LOCK TABLE locks the first DDL statement unlocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.aside import AsideEditor
from minimig.dialects.change import TableChange
from minimig.dialects.dependents import speaking_of
from minimig.dialects.limits import Limits
from minimig.dialects.oracle.columns import ColumnChange
from minimig.dialects.oracle.limits import LIMITS
from minimig.dialects.oracle.normalizer import OracleNormalizer
from minimig.dialects.oracle.objects import OracleObjects
from minimig.dialects.oracle.script import SQLPlusScript, whole
from minimig.dialects.oracle.text import refuse_empty, refuse_rows, spell, unquoted
from minimig.dialects.rows import Row
from minimig.dialects.script_style import ScriptStyle
from minimig.dialects.sqltext import truth
from minimig.state.parts import ColumnState, ConstraintState, PrimaryKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression

ASSUMED_VERSION = (19,)
"""The Oracle that a script is written for."""


class OracleEditor(AsideEditor):
    """Oracle Database 12.2 and later."""

    normalizer = OracleNormalizer
    object_editor = OracleObjects
    script: ClassVar[ScriptStyle] = SQLPlusScript()
    limits: ClassVar[Limits] = LIMITS

    @staticmethod
    def assume(dialect: sa.Dialect) -> None:
        """Without a version SQLAlchemy would write BOOLEAN, which came with version 23."""
        plain: Any = dialect
        plain.server_version_info = ASSUMED_VERSION
        plain.supports_native_boolean = False
        plain.supports_identity_columns = True

    @property
    def conditional(self) -> Mapping[bool, tuple[str, ...]]:
        """IF EXISTS came with version 23."""
        return {True: (), False: ()}

    def spelled(self, table: TableState) -> TableState:
        return spell(table, self.dialect)

    def run_sql(
        self,
        statement: str | sa.ClauseElement,
        parameters: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        super().run_sql(whole(statement) if isinstance(statement, str) else statement, parameters, options)

    # --- tables -------------------------------------------------------------------------------------------------------

    def rename_table(self, before: SchemaState, after: SchemaState, old: TableState, new: TableState) -> None:
        super().rename_table(before, after, old, new)
        self._names_follow(old, new)

    def _names_follow(self, old: TableState, new: TableState) -> None:
        for name, renamed in self.renamed_type_checks(old, new).items():
            names = f"{self.quote_constraint(name)} TO {self.quote_constraint(renamed)}"
            self.execute(f"{self.alter(new)} RENAME CONSTRAINT {names}")

    def comment_column(self, table: TableState, column: ColumnState, before: str | None) -> None:
        """Oracle takes a comment away by an empty one, and NULL is no string to it (ORA-01780)."""
        name = f"{self.table(table)}.{self.quote(column.name)}"
        self.execute(f"COMMENT ON COLUMN {name} IS {self.string(column.comment or '')}")

    # --- columns ------------------------------------------------------------------------------------------------------

    def add_column(self, change: TableChange, column: ColumnState, fill: str | None) -> None:
        """A default comes before NOT NULL here; a constant one is not written into the rows that exist."""
        value = self._value(change.new, fill) if fill is not None else None
        refuse_empty(value or self.default_sql(column), column, change.new)
        if value is None or not self.fills_by_default(column, value):
            super().add_column(change, column, value)
            return
        self.execute(self.add_column_clause(change, replace(column, default=SqlExpression(value))))
        self.drop_default(change.new, column)
        self.after_add_column(change, column)

    def add_column_clause(self, change: TableChange, column: ColumnState, extra: str = "") -> str:
        return f"{self.alter(change.new)} ADD {self.column_specification(change.new, column)} {extra}".rstrip()

    def drop_default(self, table: TableState, column: ColumnState) -> None:
        self.execute(f"{self.alter(table)} MODIFY ({self.quote(column.name)} DEFAULT NULL)")

    def rename_column(self, change: TableChange, old: str, new: str) -> None:
        """Oracle renames no column that a virtual one is computed from (ORA-54032); CHECKs follow by themselves."""
        self.take_away(change, speaking_of(change.before, change.old, old, checks=False))
        super().rename_column(change, old, new)
        self.put_back(change, speaking_of(change.after, change.new, new, checks=False))
        self._names_follow(change.old, change.new)

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

    def fill(self, table: TableState, column: ColumnState, fill: str, *, only_null: bool) -> None:
        super().fill(table, column, self._value(table, fill), only_null=only_null)

    def _value(self, table: TableState, sql: str) -> str:
        plain = unquoted(sql, table, self.dialect)
        return plain if self.dialect.supports_native_boolean else truth(plain)

    def insert_rows(self, table: TableState, rows: Sequence[Row]) -> None:
        refuse_rows(table, rows)
        super().insert_rows(table, rows)

    # --- constraints --------------------------------------------------------------------------------------------------

    def add_constraint(self, change: TableChange, constraint: ConstraintState | PrimaryKeyState) -> None:
        """NOT NULL is said to the columns of a primary key: what the key implies would end with the key."""
        if isinstance(constraint, PrimaryKeyState):
            nullable = [name for name in constraint.columns if change.old.column(name).nullable]
            self._modify_each(change.new, nullable, "NOT NULL")
        super().add_constraint(change, constraint)

    def drop_primary_key(self, change: TableChange) -> None:
        self.drop_primary_key_sql(change.old)
        columns = change.old.key_or_error().columns
        self._modify_each(change.new, [name for name in columns if change.new.column(name).nullable], "NULL")

    def drop_primary_key_sql(self, table: TableState) -> None:
        self.execute(f"{self.alter(table)} DROP PRIMARY KEY")

    def _modify_each(self, table: TableState, columns: Iterable[str], words: str) -> None:
        for name in columns:
            self.execute(f"{self.alter(table)} MODIFY ({self.quote(name)} {words})")
