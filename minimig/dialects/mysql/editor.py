"""The schema editor of MySQL and MariaDB.

Every DDL statement commits by itself, so one operation is one ALTER TABLE wherever the server allows: it happens or it
does not. A column can only be changed by saying all of it again (MODIFY), which the state knows; InnoDB's demands on
foreign keys are in `foreign_keys`, habits of SQL text in `text`, and what a table can be told in `options`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.change import ColumnStep, TableChange
from minimig.dialects.mysql.clauses import MySQLClauses
from minimig.dialects.mysql.columns import alter_together
from minimig.dialects.mysql.fingerprint import is_unseen, mysql_fingerprint
from minimig.dialects.mysql.foreign_keys import ForeignKeyIndexes, fits
from minimig.dialects.mysql.lock import mysql_holder, mysql_lock
from minimig.dialects.mysql.normalizer import MySQLNormalizer
from minimig.dialects.mysql.objects import MySQLObjects
from minimig.dialects.mysql.options import option_clauses, retyped_by_charset
from minimig.dialects.mysql.reader import MySQLReader
from minimig.dialects.mysql.script import MySQLScript
from minimig.dialects.mysql.session import StrictMode
from minimig.dialects.mysql.text import computed_text, is_long
from minimig.dialects.mysql.waiting import MySQLWaiting
from minimig.dialects.output import Output, Values
from minimig.dialects.presence import ConditionalScript
from minimig.dialects.rows import Row
from minimig.dialects.sqltext import is_expression
from minimig.errors import UnsupportedError
from minimig.state.expressions import names_in
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ConstraintState,
    ForeignKeyState,
    IndexState,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.written import Item

ASSUMED_VERSIONS = {"mysql": (8, 0, 19), "mariadb": (10, 5)}
"""The servers that a script is written for."""


class MySQLEditor(MySQLClauses):
    """MySQL 8.0.16 and MariaDB 10.5 and later."""

    normalizer, object_editor = MySQLNormalizer, MySQLObjects
    script = MySQLScript()
    reader = MySQLReader
    lock, lock_holder = staticmethod(mysql_lock), staticmethod(mysql_holder)
    fingerprint, is_unseen = staticmethod(mysql_fingerprint), staticmethod(is_unseen)
    waiting = MySQLWaiting
    folds_case: ClassVar[bool] = True

    @staticmethod
    def assume(dialect: sa.Dialect) -> None:
        """Without a version SQLAlchemy 2.0 leaves out the parentheses around a default that is an expression."""
        plain: Any = dialect
        plain.server_version_info = ASSUMED_VERSIONS["mariadb" if plain.is_mariadb else "mysql"]

    def __init__(self, dialect: sa.Dialect, output: Output) -> None:
        super().__init__(dialect, output)
        self._mode = StrictMode()

    def execute(self, statement: str, why: str | None = None) -> None:
        if self.output.connection is not None:
            self._mode.enter(self.output.connection)
        super().execute(statement, why)

    def insert_rows(self, table: TableState, rows: Sequence[Row]) -> None:
        """MySQL numbers a row itself that gives 0, whatever the row meant by it."""
        counter = self.built(table).autoincrement_column
        if counter is not None and any(row.get(counter.name) == 0 for row in rows):
            raise UnsupportedError(
                f"{self.dialect.name} takes 0 in {table.key}.{counter.name}, which numbers itself, for the next number",
                hint="give the row another number, or leave it out",
            )
        super().insert_rows(table, rows)

    def send_rows(self, statement: sa.ClauseElement, values: Values | None) -> None:
        if self.output.connection is not None:
            self._mode.enter(self.output.connection)
        super().send_rows(statement, values)

    def finish(self) -> None:
        if self.output.connection is not None:
            self._mode.leave(self.output.connection)

    # --- tables -------------------------------------------------------------------------------------------------------

    def create_table(self, before: SchemaState, after: SchemaState, table: TableState) -> None:
        for index in table.indexes.values():
            self._refuse_expressions(index, table)
        super().create_table(before, after, table)

    def rename_table(self, before: SchemaState, after: SchemaState, old: TableState, new: TableState) -> None:
        self.execute(f"{self.alter(old)} RENAME TO {self.table(new)}")
        self.alter_clauses(new, self._renamed_type_checks(old, new))

    def alter_table_options(self, change: TableChange) -> None:
        clauses = list(option_clauses(self, change.old, change.new))
        self.alter_clauses(change.new, clauses)
        if any(clause.startswith("CONVERT") for clause in clauses):
            again = retyped_by_charset(self, change.new)
            self.alter_clauses(change.new, (self.modify_clause(change.new, column) for column in again))

    def rebuild_table(self, change: TableChange) -> None:
        """MODIFY moves columns, which builds the table anew; FORCE does so with nothing to move."""
        self.alter_clauses(change.new, list(self.ordering_clauses(change.old, change.new)) or ["FORCE"])

    # --- columns ------------------------------------------------------------------------------------------------------

    def brought_by_column(
        self, change: TableChange, column: ColumnState, items: Sequence[Item], fill: str | None
    ) -> tuple[Item, ...]:
        """All but indexes, in the statement that adds the column: a column that numbers itself needs its key there."""
        if fill is not None or isinstance(self.output, ConditionalScript):
            return ()
        return tuple(item for item in items if not isinstance(item, IndexState))

    def add_column_clause(self, change: TableChange, column: ColumnState, extra: str = "") -> str:
        built, old, new = self.built(change.new), change.old, change.new
        key = [built.primary_key] if old.primary_key != new.primary_key else []
        brought = [*key, *(self.built_constraint(built, name) for name in new.constraints.keys() - old.constraints)]
        clauses = (f", {self.add_clause(constraint)}" for constraint in brought)
        return super().add_column_clause(change, column, extra) + "".join(clauses)

    def after_add_column(self, change: TableChange, column: ColumnState) -> None:
        super().after_add_column(change, column)
        if change.new.primary_key != change.old.primary_key or change.new.constraints.keys() - change.old.constraints:
            self._sweep(change)

    def fills_by_default(self, column: ColumnState, fill: str) -> bool:
        """MySQL takes no literal as the default of a TEXT, BLOB or JSON column; MariaDB does."""
        takes_default = self.mariadb or not is_long(self.column_type(column))
        return takes_default and super().fills_by_default(column, fill)

    def drop_default(self, table: TableState, column: ColumnState) -> None:
        """A nullable column that merely loses its default must be given a value on MySQL; DEFAULT NULL means none."""
        action = "SET DEFAULT NULL" if column.nullable else "DROP DEFAULT"
        self.execute(f"{self.alter(table)} ALTER COLUMN {self.quote(column.name)} {action}")

    def rename_column(self, change: TableChange, old: str, new: str) -> None:
        """MariaDB rewrites the CHECKs that mention the column; MySQL refuses until they are out of the way."""
        drops, adds = [], []
        if not self.mariadb:
            self._refuse_computed(change.old, old)
            built = self.built(change.new)
            for check in self._checks_on(change.old, old):
                drops.append(self.drop_clause(check))
                adds.append(self.add_clause(self.built_constraint(built, check.name)))
        clauses = list(self._renamed_type_checks(change.old, change.new))
        drops += [clause for clause in clauses if clause.startswith("DROP")]
        adds += [clause for clause in clauses if clause.startswith("ADD")]
        rename = f"RENAME COLUMN {self.quote(old)} TO {self.quote(new)}"
        self.alter_clauses(change.new, [*drops, rename, *adds])

    def alter_column(
        self,
        change: TableChange,
        old: ColumnState,
        new: ColumnState,
        *,
        fill: str | None = None,
        using: str | None = None,
    ) -> None:
        alter_together(self, [ColumnStep(change, old, new, fill=fill, using=using)])

    def alter_together(self, steps: Sequence[ColumnStep]) -> None:
        alter_together(self, steps)

    def drop_constraint_sql(self, table: TableState, name: str) -> None:
        """The CHECK that came with a column's type."""
        self.alter_clauses(table, [self.drop_check_clause(self.quote_constraint(name))])

    def _checks_on(self, table: TableState, column: str) -> Iterator[CheckState]:
        for constraint in table.constraints.values():
            if isinstance(constraint, CheckState) and column in columns_of(constraint, table):
                yield constraint

    def _renamed_type_checks(self, old: TableState, new: TableState) -> Iterator[str]:
        """CHECKs that come with a type are named for table and column, so they follow a rename."""
        for old_column, new_column in zip(old.columns, new.columns, strict=True):
            checks = self.checks_of_type(old, old_column), self.checks_of_type(new, new_column)
            for check, renamed in zip(*checks, strict=True):
                if check.name != renamed.name or old_column != new_column:
                    yield self.drop_check_clause(self.quote_constraint(str(check.name)))
                    yield self.add_clause(renamed)

    def _refuse_computed(self, table: TableState, column: str) -> None:
        users = [c.name for c in table.columns.values() if c.computed and c.name != column]
        users = [c for c in users if names_in(computed_text(table.columns[c]), [column])]
        if users:
            raise UnsupportedError(
                f"MySQL cannot rename {table.key}.{column}: computed column {', '.join(users)} uses it",
                hint="drop the computed column before and add it again after the rename",
            )

    # --- constraints --------------------------------------------------------------------------------------------------

    def add_constraint(self, change: TableChange, constraint: ConstraintState | PrimaryKeyState) -> None:
        built = self.built(change.new)
        renumbered = list(self._renumbered(change))
        if isinstance(constraint, PrimaryKeyState):
            self.alter_clauses(change.new, [self.add_clause(built.primary_key), *renumbered])
        else:
            # A column that is about to point elsewhere stops numbering itself first: InnoDB pins its type afterwards.
            self.alter_clauses(change.new, renumbered)
            self.alter_clauses(change.new, [self.add_clause(self.built_constraint(built, constraint.name))])
        self._sweep(change)

    def drop_constraint(self, change: TableChange, constraint: ConstraintState) -> None:
        clauses = list(self._indexes.clauses(change.old, change.new))
        if not isinstance(constraint, ForeignKeyState):
            self.alter_clauses(change.old, [*clauses, self.drop_clause(constraint)])
            return
        drop = [self.drop_clause(constraint)] if self.holds(change.before, change.old, constraint) else []
        renumbered = list(self._renumbered(change))
        self.alter_clauses(change.old, [*drop, *clauses])
        self.alter_clauses(change.new, renumbered)

    def holds(self, schema: SchemaState, table: TableState, key: ForeignKeyState) -> bool:
        """Whether the database can have this foreign key: both sides are of the same type."""
        return fits(self, schema, table, key)

    def drop_primary_key(self, change: TableChange) -> None:
        """AUTO_INCREMENT needs its key, so both go in one statement."""
        added = self._indexes.clauses(change.old, change.new)
        self.alter_clauses(change.new, [*added, *self._renumbered(change), "DROP PRIMARY KEY"])

    def rename_constraint(self, change: TableChange, old: ConstraintState, new: ConstraintState) -> None:
        if isinstance(old, UniqueState):
            self._rename_index(change.new, old.name, new.name)
            return
        add = self.add_clause(self.built_constraint(self.built(change.new), new.name))
        if isinstance(old, CheckState):
            self.alter_clauses(change.new, [self.drop_clause(old), add])
        elif isinstance(old, ForeignKeyState) and self.holds(change.before, change.old, old):
            followed = self._indexes.clauses(change.old, change.new)
            self.alter_clauses(change.new, [self.drop_clause(old), *followed])
            self.alter_clauses(change.new, [add])

    def rename_primary_key(self, change: TableChange) -> None:
        """It is always called PRIMARY."""

    def _renumbered(self, change: TableChange) -> Iterator[str]:
        """MODIFY for key columns that gain or lose AUTO_INCREMENT or NOT NULL together with the key."""
        keys = [table.primary_key.columns for table in (change.old, change.new) if table.primary_key]
        for name in dict.fromkeys(name for key in keys for name in key):
            old, new = change.old.column(name), change.new.column(name)
            specification = self.column_specification(change.new, new)
            if specification != self.column_specification(change.old, old):
                yield f"MODIFY COLUMN {specification}"

    # --- indexes ------------------------------------------------------------------------------------------------------

    def create_index(self, change: TableChange, index: IndexState) -> None:
        self._refuse_expressions(index, change.new)
        super().create_index(change, index)
        self._sweep(change)

    def drop_index(self, change: TableChange, index: IndexState) -> None:
        added = self._indexes.clauses(change.old, change.new)
        self.alter_clauses(change.old, [*added, f"DROP INDEX {self.quote_constraint(index.name)}"])

    def rename_index(self, change: TableChange, old: IndexState, new: IndexState) -> None:
        self._rename_index(change.new, old.name, new.name)

    def _rename_index(self, table: TableState, old: str, new: str) -> None:
        names = f"{self.quote_constraint(old)} TO {self.quote_constraint(new)}"
        self.alter_clauses(table, [f"RENAME INDEX {names}"])

    @property
    def _indexes(self) -> ForeignKeyIndexes:
        return ForeignKeyIndexes(self, self.output.connection)

    def _sweep(self, change: TableChange) -> None:
        """Drop the index that InnoDB made for a foreign key, when another serves now and InnoDB left its own."""
        live = self.output.connection is not None
        self.output.sync()  # InnoDB may have dropped it by itself, when the other came
        if live or self.mariadb:
            drop = "DROP INDEX" if live else "DROP INDEX IF EXISTS"
            names = self._indexes.leftovers(change.old, change.new)
            self.alter_clauses(change.new, (f"{drop} {self.quote_constraint(name)}" for name in names))

    def _refuse_expressions(self, index: IndexState, table: TableState) -> None:
        if self.mariadb and any(is_expression(element) for element in index.elements):
            raise UnsupportedError(
                f"index {index.name} of table {table.key} is over an expression, which MariaDB cannot do",
                hint="add a computed column and index that",
            )
