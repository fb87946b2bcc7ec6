"""SQLite's schema editor: ALTER where SQLite has it, a rebuild of the table for everything else.

Operations come in; a rebuild waits (`_pending`) so that all operations of a migration on one table share it, and it is
carried out as soon as something could see the table, at the latest by `finish`. Columns are renamed at once even then:
SQLite follows a rename into other tables' keys, triggers and views, which a rebuild could not.

What a rebuild keeps: rows and their rowids, keys of other tables, views, triggers and indexes that the migrations do
not know, STRICT, WITHOUT ROWID, AUTOINCREMENT and its high-water mark, and whatever stands in CREATE TABLE that this
migration does not change: columns, constraints, collations, defaults, declared types (`merge`). It refuses to leave a
view or trigger behind that worked before and no longer compiles. Where all that waits leaves the rows as they are, the
table's text is written into the schema instead (`schema_edit`). A script is written from the state alone, and says so.

With `execution_options(minimig_rebuild="never")` on the engine an operation that needs a rebuild is refused;
`ops.RebuildTable` is the opposite. SQLite 3.26 or later is expected.
(Django also rebuilds, but once per operation and without triggers; Alembic asks the user to write a batch.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.change import TableChange
from minimig.dialects.output import Output, Values
from minimig.dialects.script_style import ScriptStyle
from minimig.dialects.sqlite import native
from minimig.dialects.sqlite.clauses import SQLiteClauses
from minimig.dialects.sqlite.fingerprint import sqlite_fingerprint
from minimig.dialects.sqlite.foreign_keys import Watch
from minimig.dialects.sqlite.live import referencing_tables
from minimig.dialects.sqlite.lock import sqlite_holder, sqlite_lock
from minimig.dialects.sqlite.normalizer import SQLiteNormalizer
from minimig.dialects.sqlite.reader import SQLiteReader
from minimig.dialects.sqlite.rebuild import Rebuild, affinity, converted
from minimig.dialects.sqlite.swap import carry_out, legacy_alter
from minimig.dialects.sqlite.transaction import join_transaction, sqlite_transaction
from minimig.dialects.sqlite.waiting import SQLiteWaiting
from minimig.state.expressions import mentions
from minimig.state.parts import ColumnState, ConstraintState, IndexState, PrimaryKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


class SQLiteEditor(SQLiteClauses):
    """SQLite. Foreign keys must not be enforced while it works, unless nothing points to the tables it rebuilds."""

    normalizer = SQLiteNormalizer
    reader = SQLiteReader
    script: ClassVar[ScriptStyle] = ScriptStyle(
        head=(".bail on",),  # else the sqlite3 shell carries on after an error, and drops what was not copied
        opening=("PRAGMA foreign_keys = OFF", "BEGIN"),
        closing=("COMMIT", "PRAGMA foreign_keys = ON"),
        usage="sqlite3 -bail DATABASE < FILE",
    )
    transaction, join = staticmethod(sqlite_transaction), staticmethod(join_transaction)
    lock, lock_holder = staticmethod(sqlite_lock), staticmethod(sqlite_holder)
    fingerprint = staticmethod(sqlite_fingerprint)
    waiting = SQLiteWaiting
    transactional_ddl: ClassVar[bool] = True

    def __init__(self, dialect: sa.Dialect, output: Output) -> None:
        super().__init__(dialect, output)
        self._pending: dict[str, Rebuild] = {}
        self._latest = SchemaState()

    def finish(self) -> None:
        for key in list(self._pending):
            self._flush(key)

    def connection_for(self, what: str) -> sa.Connection:
        connection = super().connection_for(what)
        if watch := Watch.of(connection):
            watch.everything()
        return connection

    def run_sql(
        self,
        statement: str | sa.ClauseElement,
        parameters: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.finish()
        if watch := Watch.of(self.output.connection):
            watch.everything()
        super().run_sql(statement, parameters, options)

    def send_rows(self, statement: sa.ClauseElement, values: Values | None) -> None:
        if watch := Watch.of(self.output.connection):
            watch.everything()
        super().send_rows(statement, values)

    # --- tables -------------------------------------------------------------------------------------------------------

    def create_table(self, before: SchemaState, after: SchemaState, table: TableState) -> None:
        self._settle(table)
        watch = Watch.of(self.output.connection)
        if watch and table.foreign_keys:
            watch.tables(table.schema, [table.name])
        for statement, reason in native.creating(self, table):
            self.execute(statement, reason)

    def drop_table(self, before: SchemaState, after: SchemaState, table: TableState) -> None:
        self._pending.pop(table.key, None)
        self.finish()
        self._watch_children(table)
        super().drop_table(before, after, table)

    def rename_table(self, before: SchemaState, after: SchemaState, old: TableState, new: TableState) -> None:
        self.finish()
        with legacy_alter(self, on=False):
            super().rename_table(before, after, old, new)
        if watch := Watch.of(self.output.connection):
            watch.renamed_table(old, new)

    def alter_table(self, change: TableChange) -> None:
        if dict(change.old.options).get("prefixes") != dict(change.new.options).get("prefixes"):
            self.alter_table_options(change)  # which refuses: a rebuild would lose a table that became TEMPORARY
        self._merge(change)

    def rebuild_table(self, change: TableChange) -> None:
        self._pending[change.new.key] = replace(self._rebuild(change).to(change.new), asked_for=True)

    # --- columns ------------------------------------------------------------------------------------------------------

    def add_column(self, change: TableChange, column: ColumnState, fill: str | None) -> None:
        if change.new.key not in self._pending and native.adds_column(self, change, column, fill):
            self._settle(change.new)
            self.execute(self.add_column_clause(change, column))
            return
        default = self.default_sql(column) or "NULL"
        value = None if column.computed else default if fill is None else fill
        rebuild = self._rebuild(change, fill)
        self._pending[change.new.key] = rebuild.adding(column.name, value, change.new)

    def drop_column(self, change: TableChange, column: ColumnState) -> None:
        if change.old.key in self._pending or not native.drops_column(self, change, column):
            rebuild = self._rebuild(change)
            self._pending[change.new.key] = rebuild.dropping(column.name, change.new)
            return
        self._settle(change.new)
        self.execute(f"{self.alter(change.old)} DROP COLUMN {self.quote(column.name)}")

    def rename_column(self, change: TableChange, old: str, new: str) -> None:
        key = change.old.key
        self._settle(change.new)
        for other, waiting in list(self._pending.items()):
            if other != key and any(fk.target == key for fk in waiting.target.foreign_keys):
                self._flush(other)
        rebuild = self._pending.get(key)
        if rebuild and old not in rebuild.carried:
            self._pending[key] = rebuild.renaming_new(old, new, change.new)
            return
        if rebuild and not rebuild.can_follow_rename(new):
            self._flush(key)
            rebuild = None
        with legacy_alter(self, on=False):
            super().rename_column(change, old, new)
        if watch := Watch.of(self.output.connection):
            watch.renamed_column(change.old, old, new)
        if rebuild:
            self._pending[key] = rebuild.renamed_in_database(old, new, change.new)

    def alter_column(
        self,
        change: TableChange,
        old: ColumnState,
        new: ColumnState,
        *,
        fill: str | None = None,
        using: str | None = None,
    ) -> None:
        if fill is None and using is None and native.looks_the_same(self, change):
            self._follow(change)
            return
        alone = fill is None and using is None and change.old.key not in self._pending
        clause = native.nullability_clause(self, change, old, new) if alone else None
        if clause is not None:
            self._settle(change.new)
            self.execute(f"{self.alter(change.new)} {clause}")
            return
        types = self.column_type(old), self.column_type(new)
        waiting = self._pending.get(change.old.key)
        recomputed = old.computed != new.computed
        retyped = affinity(types[0]) != affinity(types[1]) and waiting is not None and not waiting.is_plain(old.name)
        if waiting and (retyped or recomputed):
            self._flush(change.old.key)  # the column in between has a say in the values
        rebuild = self._rebuild(change, fill, using).to(change.new)
        if recomputed:
            rebuild = rebuild.computed_otherwise(new, change.new)
        if new.name in rebuild.values:
            value = converted(rebuild.values[new.name], *types) if using is None else f"({using})"
            if fill is not None and not new.nullable:
                value = f"coalesce({value}, {fill})"
            rebuild = rebuild.computing(new.name, value, change.new)
        self._pending[change.new.key] = rebuild

    def replace_labels(self, table: TableState, column: ColumnState, values: Mapping[str, str]) -> None:
        """In a rebuild: an UPDATE would fire the table's triggers."""
        native.rebuilds(self.output.connection)
        self._settle(table)
        rebuild = self._pending.get(table.key) or Rebuild.of(table, self.quote)
        value = self.replaced(rebuild.values[column.name], values)
        self._pending[table.key] = rebuild.computing(column.name, value, table)

    # --- constraints --------------------------------------------------------------------------------------------------

    def add_constraint(self, change: TableChange, constraint: ConstraintState | PrimaryKeyState) -> None:
        if change.old.key in self._pending or not native.adds_constraint(self, constraint):
            self._merge(change)
        else:
            super().add_constraint(change, constraint)

    def drop_constraint(self, change: TableChange, constraint: ConstraintState) -> None:
        if change.old.key in self._pending or not native.drops_constraint(self, change.old, constraint):
            self._merge(change)
        else:
            super().drop_constraint(change, constraint)

    def drop_primary_key(self, change: TableChange) -> None:
        self._merge(change)

    def rename_constraint(self, change: TableChange, old: ConstraintState, new: ConstraintState) -> None:
        self._merge(change)

    def rename_primary_key(self, change: TableChange) -> None:
        self._merge(change)

    # --- indexes ------------------------------------------------------------------------------------------------------

    def create_index(self, change: TableChange, index: IndexState) -> None:
        if change.new.key in self._pending:
            self._follow(change)
        else:
            super().create_index(change, index)

    def drop_index(self, change: TableChange, index: IndexState) -> None:
        rebuild = self._pending.get(change.old.key)
        if index.unique:
            self._watch_children(change.old)
        if rebuild is None or index.name in rebuild.old.indexes:
            super().drop_index(change, index)  # at once: another table may take the name while a rebuild waits
        if rebuild is not None:
            old = rebuild.old
            if index.name in old.indexes:
                old = old.without_index(index.name)
            self._pending[change.new.key] = replace(rebuild, old=old, target=change.new)

    def rename_index(self, change: TableChange, old: IndexState, new: IndexState) -> None:
        self.drop_index(change, old)
        self.create_index(change, new)

    # --- rebuilds that wait -------------------------------------------------------------------------------------------

    def _merge(self, change: TableChange) -> None:
        """Let the table become `change.new`, with every value as it is."""
        if native.looks_the_same(self, change):
            self._follow(change)
        else:
            self._pending[change.new.key] = self._rebuild(change).to(change.new)

    def _follow(self, change: TableChange) -> None:
        """A change that needs no rebuild of its own, but one that waits must know of it."""
        waiting = self._pending.get(change.new.key)
        if waiting is not None:
            self._pending[change.new.key] = waiting.to(change.new)

    def _rebuild(self, change: TableChange, *sql: str | None) -> Rebuild:
        """The rebuild that this change joins: one that waits, or a new one. `sql` is what it wants to compute."""
        key = change.old.key
        self._latest = change.after
        text = " ".join(each for each in sql if each is not None)
        native.rebuilds(self.output.connection)
        self._settle(change.new, text)
        if key in self._pending and not self._pending[key].can_read(text):
            self._flush(key)
        return self._pending.get(key) or Rebuild.of(change.old, self.quote)

    def _watch_children(self, table: TableState) -> None:
        """Something happens that rows pointing to the table may not survive."""
        if watch := Watch.of(self.output.connection):
            watch.tables(table.schema, referencing_tables(watch.connection, table))

    def _settle(self, table: TableState, sql: str = "") -> None:
        """Carry out rebuilds of other tables that a change of `table` could see, or that could see this change."""
        targets = {key.target for key in table.foreign_keys}
        for key, rebuild in list(self._pending.items()):
            seen = key in targets or mentions(sql, [rebuild.target.name])
            if key != table.key and (seen or rebuild.mentions(table.name)):
                self._flush(key)

    def _flush(self, key: str) -> None:
        carry_out(self, self._pending.pop(key))
        if self.output.connection is None:  # with one, triggers are in sqlite_master and were kept word for word
            for trigger in self._latest.triggers_of(key):
                self.objects.create(self._latest, self._latest, trigger)
