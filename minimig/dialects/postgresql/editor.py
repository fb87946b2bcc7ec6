"""PostgreSQL's schema editor.

PostgreSQL takes nearly everything as standard SQL inside a transaction. What is special: enums and domains, which live
beside the tables (`named_types`), columns that number themselves and names that PostgreSQL makes
(`sequences`), and type changes that need to be told how to convert (`types`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import AddConstraint

from minimig.dialects.change import ColumnStep, EnumChange, TableChange
from minimig.dialects.enum_columns import alter_columns
from minimig.dialects.excerpt import holding
from minimig.dialects.output import Output
from minimig.dialects.postgresql.computed import refuse_computed_from, stop_computing
from minimig.dialects.postgresql.enum_rebuild import relabelled
from minimig.dialects.postgresql.fingerprint import is_unseen, postgresql_fingerprint
from minimig.dialects.postgresql.items import PostgreSQLItems
from minimig.dialects.postgresql.lock import postgresql_holder, postgresql_lock
from minimig.dialects.postgresql.lock_table import postgresql_lock_room, postgresql_locks
from minimig.dialects.postgresql.named_types import MISSING_TYPE, UNSAFE_NEW_VALUE, NamedTypes
from minimig.dialects.postgresql.normalizer import PostgreSQLNormalizer
from minimig.dialects.postgresql.objects import PostgreSQLObjects
from minimig.dialects.postgresql.reader import PostgreSQLReader
from minimig.dialects.postgresql.rights import postgresql_lacks
from minimig.dialects.postgresql.rows import OverridingInsert
from minimig.dialects.postgresql.script import PostgreSQLScript
from minimig.dialects.postgresql.table_options import option_clauses
from minimig.dialects.postgresql.types import bare, conversion, named_type
from minimig.dialects.postgresql.waiting import PostgreSQLWaiting
from minimig.dialects.reasons import reason
from minimig.dialects.remake import remake_column
from minimig.dialects.rows import Row
from minimig.dialects.script_style import ScriptStyle
from minimig.state.following import Place, keys_between
from minimig.state.named_types import type_name
from minimig.state.parts import CheckState, ColumnState, ForeignKeyState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


class PostgreSQLEditor(PostgreSQLItems):
    """PostgreSQL 12 and later."""

    normalizer = PostgreSQLNormalizer
    object_editor = PostgreSQLObjects
    objects: PostgreSQLObjects
    reader = PostgreSQLReader
    lock, lock_holder = staticmethod(postgresql_lock), staticmethod(postgresql_holder)
    fingerprint, is_unseen = staticmethod(postgresql_fingerprint), staticmethod(is_unseen)
    lock_room, locks_on = staticmethod(postgresql_lock_room), staticmethod(postgresql_locks)
    waiting = PostgreSQLWaiting
    lacks = staticmethod(postgresql_lacks)
    script: ClassVar[ScriptStyle] = PostgreSQLScript()
    transactional_ddl: ClassVar[bool] = True

    @staticmethod
    def assume(dialect: sa.Dialect) -> None:
        """SQLAlchemy 2.0 doubles backslashes until a server has told it that it reads strings as the standard does."""
        plain: Any = dialect
        plain._backslash_escapes = False  # noqa: SLF001 - standard_conforming_strings is on since PostgreSQL 9.1

    def __init__(self, dialect: sa.Dialect, output: Output) -> None:
        super().__init__(dialect, output)
        self._types = NamedTypes(self, self.objects)

    @property
    def conditional(self) -> Mapping[bool, tuple[str, ...]]:
        dropped = ("DROP (?:TABLE|INDEX(?: CONCURRENTLY)?|TYPE)", "ALTER TABLE {table} DROP (?:COLUMN|CONSTRAINT)")
        return {
            True: ("ALTER TABLE(?= {table} RENAME TO)", *dropped),
            False: ("CREATE TABLE", "CREATE(?: UNIQUE)? INDEX(?: CONCURRENTLY)?", "ALTER TABLE {table} ADD COLUMN"),
        }

    def hint_for(self, error: sa.exc.DBAPIError) -> str | None:
        state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
        missing = state == "42704" and reason(error).startswith("type ")
        return UNSAFE_NEW_VALUE if state == "55P04" else MISSING_TYPE if missing else None

    # --- tables -------------------------------------------------------------------------------------------------------

    def create_table(self, before: SchemaState, after: SchemaState, table: TableState) -> None:
        self._types.prepare(before, after, table.columns.values())
        super().create_table(before, after, table)

    def added_apart(self, table: TableState) -> tuple[str, ...]:
        """Also a key that is stated twice: one CREATE TABLE would make a single constraint of both, of either name."""
        return (*_stated_again(table), *super().added_apart(table))

    def drop_table(self, before: SchemaState, after: SchemaState, table: TableState) -> None:
        super().drop_table(before, after, table)
        self._types.clean(after, table.columns.values())

    def rename_table(self, before: SchemaState, after: SchemaState, old: TableState, new: TableState) -> None:
        super().rename_table(before, after, old, new)
        self._names_follow(old, new)

    def alter_table_options(self, change: TableChange) -> None:
        for clause in option_clauses(self, change):
            self.execute(f"{self.alter(change.new)} {clause}")

    def _names_follow(self, old: TableState, new: TableState) -> None:
        """Names made from the table's and columns' names: the key, sequences, CHECKs that come with a type."""
        self._sequences.rename(old, new)
        for old_column, new_column in zip(old.columns, new.columns, strict=True):
            checks = zip(self.checks_of_type(old, old_column), self.checks_of_type(new, new_column), strict=True)
            for check, renamed in checks:
                if check.name != renamed.name:
                    names = (self.quote_constraint(str(name)) for name in (check.name, renamed.name))
                    self.execute(f"{self.alter(new)} RENAME CONSTRAINT {' TO '.join(names)}")

    # --- columns ------------------------------------------------------------------------------------------------------

    def add_column(self, change: TableChange, column: ColumnState, fill: str | None) -> None:
        self.placement(change.new, column)
        self._types.prepare(change.before, change.after, [column])
        super().add_column(change, column, fill)

    def add_column_sql(self, change: TableChange, column: ColumnState) -> None:
        if not self._sequences.add_numbered(change, column):
            super().add_column_sql(change, column)

    def drop_column(self, change: TableChange, column: ColumnState) -> None:
        with self.objects.aside(change.before, change.after, [change.old.key], [column.name]):
            super().drop_column(change, column)
        self._types.clean(change.after, [column])

    def rename_column(self, change: TableChange, old: str, new: str) -> None:
        super().rename_column(change, old, new)
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
        """In this order: what hangs on the old type goes, the type changes, what hangs on the new one comes."""
        if old.computed != new.computed:
            if new.computed is not None:
                remake_column(self, change, new)
                return
            stop_computing(self, change, old)
            old = replace(old, computed=None)
        table = change.new
        refuse_computed_from(self, change, old, new)
        checks_before, checks_after = self._type_checks(table, old), self._type_checks(table, new)
        if checks_before != checks_after:
            for name in checks_before:
                self.drop_constraint_sql(table, name)
        self._sequences.release(change)
        self._sequences.drop_identity(table, old, new)
        self._alter_type(change, old, new, using)
        self._alter_nullable(table, old, new, fill)
        self._sequences.set_identity(table, old, new)
        self._sequences.bestow(change)
        if old.comment != new.comment:
            self.comment_column(table, new, old.comment)
        if checks_before != checks_after:
            for statement in checks_after.values():
                self.execute(statement)
        if old.type != new.type:
            self._types.clean(change.after, [old])

    def alter_together(self, steps: Sequence[ColumnStep]) -> None:
        """Keys between the columns and views over them are gone meanwhile: no type in between fits.

        An enum that is rebuilt takes care of both itself.
        """
        before, after = steps[0].change.before, steps[-1].change.after
        old, new = (named_type(c.type.sa_type, self.dialect) for c in (steps[0].old, steps[0].new))
        rebuilt = isinstance(old, postgresql.ENUM) and new is not None and type_name(old) == type_name(new)
        places = {Place(step.change.old.key, step.old.name) for step in steps}
        if rebuilt:
            super().alter_together(steps)
            return
        keys = list(keys_between(before, places))
        tables, columns = {place.table for place in places}, {place.column for place in places}
        with self.objects.aside(before, after, sorted(tables), sorted(columns)):
            self._alter_without(keys, steps, after)

    def _alter_without(
        self, keys: Sequence[tuple[TableState, ForeignKeyState]], steps: Sequence[ColumnStep], after: SchemaState
    ) -> None:
        for table, key in keys:
            self.drop_constraint_sql(table, key.name)
        super().alter_together(steps)
        for table, key in keys:
            built = self.built(after[table.key])
            self.execute(self.compile(AddConstraint(self.built_constraint(built, key.name))))

    def _alter_type(self, change: TableChange, old: ColumnState, new: ColumnState, using: str | None) -> None:
        """The type and the default: a default may not fit the new type, so it steps aside while the type changes."""
        table, name = change.new, self.quote(new.name)
        if old.type != new.type:
            expressions = {(table.key, new.name): using} if using else {}
            if self._types.prepare(change.before, change.after, [new], expressions):
                old = replace(old, type=new.type, default=new.default)  # the rebuild has brought both
        alter = f"{self.alter(table)} ALTER COLUMN {name}"
        type_ = self.column_type(new)
        retyped = self.column_type(old) != type_
        default_before, default_after = self.default_sql(old), self.default_sql(new)
        if default_before is not None and (retyped or default_after is None):
            self.execute(f"{alter} DROP DEFAULT", "the old default need not fit the new type")
        if retyped:
            old_type, new_type = (bare(column.type.sa_type, self.dialect) for column in (old, new))
            expression = using or conversion(name, old_type, new_type, type_)
            clause = f" USING {expression}" if expression and not new.computed else ""
            checks = self.checks_to_read_again(change, old, new)
            for check in checks:
                self.drop_constraint_sql(table, check)
            with self.objects.aside(change.before, change.after, [table.key], [old.name]):
                self.execute(f"{alter} TYPE {type_}{clause}", "USING says how old values are read" if clause else None)
            for check in checks:
                self.execute(self.compile(AddConstraint(self.built_constraint(self.built(table), check))))
        if default_after is not None and (retyped or default_before != default_after):
            self.execute(f"{alter} SET DEFAULT {default_after}")

    def _alter_nullable(self, table: TableState, old: ColumnState, new: ColumnState, fill: str | None) -> None:
        if old.nullable == new.nullable:
            return
        if fill is not None and not new.nullable:
            self.fill(table, new, fill, only_null=True)
        action = "DROP" if new.nullable else "SET"
        self.execute(f"{self.alter(table)} ALTER COLUMN {self.quote(new.name)} {action} NOT NULL")

    def fill(self, table: TableState, column: ColumnState, fill: str, *, only_null: bool) -> None:
        """Deferred constraints are checked at once: ALTER TABLE refuses a table with checks still pending."""
        super().fill(table, column, fill, only_null=only_null)
        deferred = ", ".join(
            self.qualified(table.schema, constraint.name)
            for constraint in table.constraints.values()
            if not isinstance(constraint, CheckState) and (constraint.initially or "").upper() == "DEFERRED"
        )
        if deferred:
            with self.because("ALTER TABLE refuses a table with checks still pending: they are made now"):
                self.execute(f"SET CONSTRAINTS {deferred} IMMEDIATE")
                self.execute(f"SET CONSTRAINTS {deferred} DEFERRED")

    def _type_checks(self, table: TableState, column: ColumnState) -> dict[str, str]:
        """Names of the CHECKs that come with a column's type, and the statements that add them."""
        checks = self.checks_of_type(holding(table, column), column.name)
        return {str(check.name): self.compile(AddConstraint(check)) for check in checks}

    # --- rows ---------------------------------------------------------------------------------------------------------

    def insert_rows(self, table: TableState, rows: Sequence[Row]) -> None:
        """What rows number by hand, the next row must not be numbered again."""
        super().insert_rows(table, rows)
        self._sequences.pass_over(table, {name for row in rows for name in row})

    def insert_into(self, table: TableState, columns: Collection[str]) -> sa.Insert:
        """PostgreSQL takes a number for an identity that is GENERATED ALWAYS only where it is told to."""
        always = any(c.identity and c.identity.always and c.name in columns for c in table.columns.values())
        return OverridingInsert(self.built(table)) if always else super().insert_into(table, columns)

    # --- enums --------------------------------------------------------------------------------------------------------

    def alter_enum(self, change: EnumChange) -> None:
        self.refuse_lost_labels(change)
        self._types.alter(change)
        alter_columns(self, change, lambda column: named_type(column.type.sa_type, self.dialect) is None)

    def holds_label(self, column: ColumnState, labels: Sequence[str]) -> str:
        strings, name = ", ".join(map(self.string, labels)), self.quote(column.name)
        array = isinstance(bare(column.type.sa_type, self.dialect), sa.ARRAY)
        return f"{name}::text[] && ARRAY[{strings}]" if array else f"{name}::text IN ({strings})"

    def replace_labels(self, table: TableState, column: ColumnState, values: Mapping[str, str]) -> None:
        """Only where the labels are strings; an enum type is rebuilt with its rows."""
        name, array = self.quote(column.name), isinstance(bare(column.type.sa_type, self.dialect), sa.ARRAY)
        value = relabelled(self, f"{name}::text[]" if array else name, values, array=array)
        where = self.holds_label(column, tuple(values))
        self.execute(f"UPDATE {self.table(table)} SET {name} = {value} WHERE {where}")


def _stated_again(table: TableState) -> tuple[str, ...]:
    """The unique constraints over the columns of the primary key, or of a unique constraint before them."""
    seen = {table.primary_key.columns} if table.primary_key else set()
    found: list[str] = []
    for name, constraint in table.constraints.items():
        if isinstance(constraint, UniqueState):
            if constraint.columns in seen:
                found.append(name)
            seen.add(constraint.columns)
    return tuple(found)
