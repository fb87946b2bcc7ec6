"""What a live SQLite database says about a table that is about to be rebuilt.

A connection comes in, plain values go out; nothing here changes a database. A state knows what the migrations made;
people also add triggers, views and indexes of their own, and those must outlive a rebuild. (Django and Alembic lose the
triggers.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from minimig.dialects.sqlite.create_sql import TableText, table_text
from minimig.errors import DatabaseError
from minimig.state.expressions import mentions, names_in
from minimig.state.tables import TableState

_UPDATE_OF = re.compile(r"\bUPDATE\s+OF\s+(.+?)\s+ON\s", re.IGNORECASE | re.DOTALL)
_ON = re.compile(r"\sON\s", re.IGNORECASE)


@dataclass(frozen=True)
class LiveTable:
    """A table as `sqlite_master` has it, with all that hangs on it."""

    sql: str
    columns: tuple[str, ...]
    indexes: Mapping[str, str]
    triggers: Mapping[str, str]
    views: tuple[str, ...]
    writers: tuple[str, ...]
    """Tables whose triggers speak of this table, itself included when it has triggers."""
    leftover: bool
    """Whether the table that a rebuild would create is there already, left by a script that stopped halfway."""

    @property
    def text(self) -> TableText:
        """Its CREATE TABLE, taken apart."""
        return table_text(self.sql)

    def users_of(self, lost: Iterable[str]) -> Iterator[str]:
        """Indexes and `UPDATE OF` triggers that name one of these columns, in words."""
        gone = {name.lower() for name in lost}
        for name, sql in self.indexes.items():
            if names_in(_ON.split(sql, maxsplit=1)[-1], gone):
                yield f"index {name}"
        for name, sql in self.triggers.items():
            match = _UPDATE_OF.search(sql)
            if match and names_in(match[1], gone):
                yield f"trigger {name}"


def read_table(connection: sa.Connection, table: TableState, temporary: str) -> LiveTable:
    """The table and what hangs on it. Raises DatabaseError when the database has no such table."""
    schema = table.schema or "main"
    rows = connection.exec_driver_sql(
        f"SELECT type, name, tbl_name, sql FROM {_quote(schema)}.sqlite_master WHERE sql IS NOT NULL"
        " AND (type IN ('view', 'trigger') OR tbl_name = ? COLLATE NOCASE OR tbl_name = ? COLLATE NOCASE)",
        (table.name, temporary),
    ).all()
    tables = {name.lower(): sql for kind, name, _, sql in rows if kind == "table"}
    leftover = temporary.lower() in tables
    own = table.name.lower()
    if own not in tables:
        raise DatabaseError(
            f"the database has no table {table.key}, although the migrations say so",
            hint=f"rename {temporary} to {table.name}: it holds the rows" if leftover else None,
            code="MM514",
        )
    columns = connection.exec_driver_sql("SELECT name FROM pragma_table_xinfo(?, ?)", (table.name, schema))
    of_table = [(kind, name, sql) for kind, name, on, sql in rows if on.lower() == own]
    speaking = [row for row in rows if row[2].lower() == own or mentions(row[3], [table.name])]
    return LiveTable(
        sql=tables[own],
        columns=tuple(columns.scalars()),
        indexes={name: sql for kind, name, sql in of_table if kind == "index"},
        triggers={name: sql for kind, name, sql in of_table if kind == "trigger"},
        views=tuple(name for kind, name, _, _ in speaking if kind == "view"),
        writers=tuple(dict.fromkeys(on for kind, _, on, _ in speaking if kind == "trigger")),
        leftover=leftover,
    )


def live_text(connection: sa.Connection, table: TableState) -> TableText | None:
    """The table as its CREATE TABLE has it, without asking what hangs on it; None when there is no such table."""
    sql = connection.exec_driver_sql(
        f"SELECT sql FROM {_quote(table.schema or 'main')}.sqlite_master"
        " WHERE type = 'table' AND name = ? COLLATE NOCASE",
        (table.name,),
    ).scalar()
    return None if sql is None else table_text(sql)


def referencing_tables(connection: sa.Connection, table: TableState) -> tuple[str, ...]:
    """The tables whose foreign keys point to `table`, itself included, known to the migrations or not."""
    schema = table.schema or "main"
    rows = connection.exec_driver_sql(
        f"SELECT DISTINCT m.name FROM {_quote(schema)}.sqlite_master AS m, pragma_foreign_key_list(m.name, ?) AS k"
        " WHERE m.type = 'table' AND k.\"table\" = ? COLLATE NOCASE ORDER BY m.name",
        (schema, table.name),
    )
    return tuple(rows.scalars())


def broken_dependents(connection: sa.Connection, schema: str | None, live: LiveTable) -> dict[str, str]:
    """Views and tables with triggers that SQLite cannot compile, with its reason.

    EXPLAIN compiles a statement together with the triggers it would fire, and runs nothing.
    """
    prefix = f"{_quote(schema or 'main')}."
    found: dict[str, str] = {}
    for view in live.views:
        found.update(_complaint(connection, f"view {view}", [f"SELECT * FROM {prefix}{_quote(view)}"]))
    for table in live.writers:
        parameters = (table, schema or "main")
        names = connection.exec_driver_sql("SELECT name FROM pragma_table_info(?, ?)", parameters).scalars()
        assignments = ", ".join(f"{_quote(name)} = {_quote(name)}" for name in names)
        where = prefix + _quote(table)
        writes = [
            f"INSERT INTO {where} DEFAULT VALUES",
            f"UPDATE {where} SET {assignments}",
            f"DELETE FROM {where}",
        ]
        found.update(_complaint(connection, f"a trigger on {table}", writes))
    return found


def _complaint(connection: sa.Connection, what: str, statements: Iterable[str]) -> dict[str, str]:
    for statement in statements:
        try:
            connection.exec_driver_sql(f"EXPLAIN {statement}").close()
        except sa.exc.DBAPIError as error:
            return {what: str(error.orig)}
    return {}


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
