"""A table of SQLite that gets another CREATE TABLE in the schema, where that leaves every row as it is.

SQLite's manual has a procedure for that ("Making Other Kinds Of Table Schema Changes"): within a transaction the text
is written into `sqlite_master`, and another `schema_version` has every connection read it. SQLite looks at nothing, so
here everything is looked at twice: the text, and what this SQLite makes of it in a scratch database. What is not
exactly the wanted change is left to the copy; what is not as it should be after it was written is taken back.

One thing the manual does not say: a row that is older than a column which ADD COLUMN brought holds nothing for it, and
reads as the default in the schema. Another default would change what such rows hold. Whether there are any is asked of
the rows, with a default for a moment that no row can hold by itself.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.sqlite.create_sql import Clause, ColumnText, TableText
from minimig.dialects.sqlite.driver import can_be_tried, pragma, whole
from minimig.dialects.sqlite.live import LiveTable
from minimig.dialects.sqlite.merge import create_sql, spelled_column
from minimig.dialects.sqlite.rebuild import Rebuild
from minimig.dialects.sqlite.table_facts import Facts, Told
from minimig.dialects.sqlite.untouched import is_understood, leaves_rows, may_be_left_out, other_defaults, written_name
from minimig.errors import DatabaseError
from minimig.state.tables import TableState

WHY = "no row is touched: only what the schema says of the table is written anew"


def rewritten(
    editor: SchemaEditor, connection: sa.Connection, rebuild: Rebuild, live: LiveTable, built: TableText
) -> bool:
    """Make the table what it shall be by its text alone, if that can be done; otherwise nothing has changed.

    Raises DatabaseError when SQLite does not read what was written as it did in the scratch database.
    """
    if not is_only_text(rebuild, live.text, built) or not is_understood(live.sql):
        return False
    if not can_be_tried(connection):
        return False
    schema = _Schema(editor, connection, rebuild.old)
    former, wanted = schema.version_of(live.sql), schema.version_of(create_sql(written_name(live.sql), built))
    if former is None or wanted is None or not former.facts.becomes(wanted.facts, live.text, built):
        return False
    if former.facts.told != schema.told():
        return False
    with whole(connection, always=True):
        if not _is_written(schema, former, wanted, live.text, built):
            return False
        for name, index in rebuild.target.indexes.items():
            if name not in rebuild.old.indexes:
                editor.execute(editor.index_sql(rebuild.target, index))
    return True


def _is_written(schema: _Schema, former: _Version, wanted: _Version, live: TableText, built: TableText) -> bool:
    """Write the wanted text into the schema; where that cannot be, or may not, the former one is there again."""
    if not _rows_are_whole(schema, former, live, built):
        return False
    if schema.write(wanted, WHY):
        return True
    if former.facts.told != schema.told():
        raise schema.differs()
    return False


def is_only_text(rebuild: Rebuild, former: TableText, built: TableText) -> bool:
    """Whether the change is one of words, as far as words can tell. An index that changes was dropped before."""
    before, after = rebuild.old.indexes, rebuild.target.indexes
    return (
        not rebuild.asked_for
        and rebuild.keeps_values()
        and all(after.get(name) == index for name, index in before.items())
        and leaves_rows(former, built)
    )


def _rows_are_whole(schema: _Schema, former: _Version, live: TableText, built: TableText) -> bool:
    """Whether no row leaves it to a default that shall change what it holds; False too where that cannot be asked.

    A row that is short for one column is so for all behind it, so the last one that changes tells of all.
    """
    changed = other_defaults(live, built)
    if not changed or not may_be_left_out(live, changed[-1]):
        return True
    column, mark = changed[-1], f"x'{secrets.token_hex(16)}'"
    marked = schema.version_of(create_sql(written_name(former.create), _with_default(live, column, mark)))
    if marked is None or not schema.write(marked, "a mark as the default tells whether a row leaves its value to that"):
        return False
    if schema.holds(column, mark) is False:
        return True
    if not schema.write(former, "there are such rows, or they cannot be told, so all rows are copied"):
        raise schema.differs()
    return False


def _with_default(table: TableText, column: ColumnText, default: str) -> TableText:
    """The table with another default for one column."""
    clause = Clause(kind="default", name=None, text=f"DEFAULT {default}")

    def spelled(each: ColumnText) -> ColumnText:
        others = [one for one in each.clauses if one.kind != "default"]
        return spelled_column(each, each.type, [clause, *others]) if each.name == column.name else each

    return replace(table, columns=tuple(map(spelled, table.columns)))


@dataclass(frozen=True)
class _Version:
    """What the schema may say of a table, and what SQLite makes of it."""

    create: str
    facts: Facts


@dataclass(frozen=True)
class _Schema:
    """The place where a database keeps the text of a table."""

    editor: SchemaEditor
    connection: sa.Connection
    table: TableState

    @property
    def place(self) -> str:
        """The database that the table is in, spelled: one of that name may be in several."""
        return self.editor.quote(self.table.schema or "main")

    @property
    def name(self) -> str:
        """The table's name, spelled."""
        return self.editor.quote(self.table.name)

    def version_of(self, create: str) -> _Version | None:
        """A text with its facts; None when this SQLite makes nothing of it in a scratch database."""
        facts = Facts.of(self.connection, create, self.table.name)
        return None if facts is None else _Version(create, facts)

    def told(self) -> Told:
        """What SQLite says of the table now."""
        return Told.of(self.connection, self.table.schema or "main", self.table.name)

    def holds(self, column: ColumnText, value: str) -> bool | None:
        """Whether a row shows this value; None when that cannot be asked of the rows themselves.

        An index holds what was the default when it was made. NOT INDEXED keeps SQLite from looking there, but not in a
        table WITHOUT ROWID (seen on 3.40), so the plan is asked.
        """
        name = self.editor.quote(column.name)  # CREATE TABLE also takes 'name', which is a string in a query
        query = f"SELECT 1 FROM {self.place}.{self.name} NOT INDEXED WHERE {name} = {value} LIMIT 1"
        plan = self.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
        if any("INDEX" in row[3] for row in plan):
            return None
        return self.connection.exec_driver_sql(query).first() is not None

    def write(self, new: _Version, why: str) -> bool:
        """Write a text and have it read by everybody. False where nobody may write there, and then nothing was.

        Raises DatabaseError when SQLite does not make of it now what it did before.
        """
        where = f"type = 'table' AND name = {self.editor.string(self.table.name)} COLLATE NOCASE"
        number = (pragma(self.connection, f"{self.place}.schema_version") or (0,))[0]
        update = f"UPDATE {self.place}.sqlite_master SET sql = {self.editor.string(new.create)} WHERE {where}"
        if not self._unlocked(update, why):
            return False
        self.connection.exec_driver_sql(f"PRAGMA {self.place}.schema_version = {number + 1}")
        query = f"SELECT sql FROM {self.place}.sqlite_master WHERE {where}"
        try:
            if self.connection.exec_driver_sql(query).scalar() == new.create and self.told() == new.facts.told:
                return True
        except sa.exc.DBAPIError as error:
            raise self.differs(str(error.orig)) from error
        raise self.differs()

    def _unlocked(self, update: str, why: str) -> bool:
        """Send a statement that writes into the schema, if the connection lets us; the lock is as it was afterwards."""
        former = (pragma(self.connection, "writable_schema") or (0,))[0]
        self.connection.exec_driver_sql("PRAGMA writable_schema = ON")
        try:
            if not self._may_send(update):
                return False
            self.editor.execute(update, why)
        finally:
            if not self.connection.invalidated:
                self.connection.exec_driver_sql(f"PRAGMA writable_schema = {former}")
        return True

    def _may_send(self, update: str) -> bool:
        """Whether SQLite compiles it. A connection in defensive mode, or with an authorizer that minds, does not."""
        try:
            self.connection.exec_driver_sql(f"EXPLAIN {update}").close()
        except sa.exc.DBAPIError:
            return False
        return True

    def differs(self, reason: str = "") -> DatabaseError:
        """The error for a schema that is not what was written."""
        return DatabaseError(
            f"the schema was written anew for table {self.table.key}, and SQLite does not read it as it should"
            + (f": {reason}" if reason else ""),
            hint="all of it is taken back; ops.RebuildTable in the same migration copies the table instead",
        )
