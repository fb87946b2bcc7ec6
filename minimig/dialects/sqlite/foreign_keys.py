"""Rows that point to rows that do not exist: looked for before and after what may make such rows.

Enforcement is off during a migration, so nothing else would notice. A `Watch` looks only where something can have gone
wrong: at the tables whose keys a rebuild touches and at those that point to them, or at the whole database when a
person wrote the step. What was wrong before is not this migration's fault, also under a new name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa

from minimig.errors import DatabaseError
from minimig.state.tables import TableState

_INFO = "minimig_foreign_keys"


class ForeignKeyViolation(NamedTuple):
    """A row that points to a row that does not exist.

    It names the key's columns, not its number as SQLite does: a rebuild may number the same keys differently, and the
    same violation must look the same before and after. A key that SQLite cannot check at all has no columns, and the
    reason stands in `parent`.
    """

    table: str
    rowid: int | None
    parent: str
    columns: tuple[str, ...]
    schema: str = "main"

    def folded(self) -> ForeignKeyViolation:
        """With names as SQLite compares them, and without the names in a reason."""
        table, parent = self.table.lower(), self.parent.lower() if self.columns else ""
        columns = tuple(name.lower() for name in self.columns)
        return self._replace(table=table, parent=parent, columns=columns, schema=self.schema.lower())


class Watch:
    """The violations that were there before, in the tables looked at so far."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self._before: set[ForeignKeyViolation] = set()
        self._tables: set[tuple[str, str]] = set()
        self._everything = False

    @classmethod
    def of(cls, connection: sa.Connection | None) -> Watch | None:
        """The watch that is kept over the transaction of a connection; None when there is none."""
        return None if connection is None else connection.info.get(_INFO)

    def begin(self) -> None:
        """Be found by `of` until `end`."""
        self.connection.info[_INFO] = self

    def end(self) -> None:
        """Be found no more."""
        self.connection.info.pop(_INFO, None)

    def tables(self, schema: str | None, names: Iterable[str]) -> None:
        """Something is about to touch the keys of these tables."""
        new = {(schema or "main", name.lower()) for name in names} - self._tables
        for place, name in new:
            if not (self._everything and place == "main"):
                self._before |= {violation.folded() for violation in _in_table(self.connection, place, name)}
        self._tables |= new

    def everything(self) -> None:
        """Something is about to happen that nobody can foresee, in the main database."""
        if not self._everything:
            found = (violation.folded() for violation in foreign_key_violations(self.connection))
            self._before |= {v for v in found if (v.schema, v.table) not in self._tables}
            self._everything = True

    def renamed_table(self, old: TableState, new: TableState) -> None:
        """A table has another name from now on."""
        place, was, name = old.schema or "main", old.name.lower(), new.name.lower()
        if (place, was) in self._tables:
            self._tables = self._tables - {(place, was)} | {(place, name)}
        self._before = {
            v._replace(table=name if v.table == was else v.table, parent=name if v.parent == was else v.parent)
            if v.schema == place
            else v
            for v in self._before
        }

    def renamed_column(self, table: TableState, old: str, new: str) -> None:
        """A column has another name from now on."""
        own = (table.schema or "main", table.name.lower())
        names = {old.lower(): new.lower()}
        self._before = {
            v._replace(columns=tuple(names.get(c, c) for c in v.columns)) if (v.schema, v.table) == own else v
            for v in self._before
        }

    def refuse_new(self) -> None:
        """Raise DatabaseError when there are violations that were not there before."""
        after = set(foreign_key_violations(self.connection)) if self._everything else set()
        for place, name in self._tables:
            if not (self._everything and place == "main"):
                after |= _in_table(self.connection, place, name)
        new = [violation for violation in after if violation.folded() not in self._before]
        if new:
            first = min(new, key=str)
            what = f"table {first.table}" + (f", rowid {first.rowid}" if first.rowid is not None else "")
            raise DatabaseError(
                f"{len(new)} row(s) point to rows that do not exist: {what}, to {first.parent}",
                hint="repair these rows in a data step before the foreign key is added",
                code="MM513",
            )


def foreign_key_violations(connection: sa.Connection) -> frozenset[ForeignKeyViolation]:
    """Every violated foreign key of the main database, whether or not enforcement is on."""
    try:
        return _checked(connection, "main", "PRAGMA main.foreign_key_check")
    except sa.exc.DBAPIError:
        # One key that points to columns without a unique key spoils the whole check.
        names = connection.exec_driver_sql("SELECT name FROM main.sqlite_master WHERE type = 'table'").scalars().all()
        return frozenset().union(*(_in_table(connection, "main", name) for name in names))


def _in_table(connection: sa.Connection, schema: str, name: str) -> frozenset[ForeignKeyViolation]:
    there = f"SELECT 1 FROM {_quote(schema)}.sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE"
    if connection.exec_driver_sql(there, (name,)).scalar() is None:
        return frozenset()  # not yet, or no more
    try:
        return _checked(connection, schema, f"PRAGMA {_quote(schema)}.foreign_key_check({_quote(name)})")
    except sa.exc.DBAPIError as error:
        return frozenset({ForeignKeyViolation(name, None, str(error.orig), (), schema)})


def _checked(connection: sa.Connection, schema: str, pragma: str) -> frozenset[ForeignKeyViolation]:
    rows: list[Any] = list(connection.exec_driver_sql(pragma).all())
    keys: dict[str, dict[int, tuple[str, ...]]] = {}
    for table in {row[0] for row in rows}:
        numbered = keys.setdefault(table, {})
        for key in connection.exec_driver_sql(f"PRAGMA {_quote(schema)}.foreign_key_list({_quote(table)})"):
            numbered[key[0]] = (*numbered.get(key[0], ()), key[3])
    return frozenset(
        ForeignKeyViolation(t, rowid, parent, keys[t][number], schema) for t, rowid, parent, number in rows
    )


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
