"""Names against a database's limits: what is too long for it, and what it would take for one name.

In go names as revision files have them, out come names as the database keeps them. Constraints and indexes over the
limit are shortened as SQLAlchemy shortens them, to a prefix and a digest of the whole name, here and nowhere else. A
table or a column is refused: its name stands in queries, where a shortened one would surprise. (SQLAlchemy and Alembic
find that out in the middle of a run, and two names that differ only by case never.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.naming import conv

from minimig.errors import UnsupportedError
from minimig.state.schema import SchemaState
from minimig.state.shared import differing
from minimig.state.tables import TableState

_COUNTING_BYTES = frozenset(["oracle", "postgresql"])


def shortened(dialect: sa.Dialect, name: str) -> str:
    """A constraint's or index's name as SQLAlchemy writes it when it is over the dialect's limit.

    SQLAlchemy counts characters; a database that counts bytes cuts the rest off itself, between two characters.
    """
    counts_bytes = dialect.name in _COUNTING_BYTES
    limit = dialect.max_index_name_length or dialect.max_identifier_length
    if len(name) <= limit and (name.isascii() or not counts_bytes):
        return name  # as a rule
    preparer: Any = dialect.identifier_preparer
    # The argument keeps SQLAlchemy from quoting; it is there for Alembic and has been since SQLAlchemy 1.4.
    found: str = preparer.truncate_and_render_index_name(conv(name), _alembic_quote=False)
    if counts_bytes:
        return found.encode()[: dialect.max_identifier_length].decode(errors="ignore")
    return found


def refuse_names(dialect: sa.Dialect, before: SchemaState, after: SchemaState, *, folds_case: bool) -> None:
    """Raise UnsupportedError for names in tables that are new or changed: one that is too long, or two that meet."""
    for key in differing(after.tables, before.tables):
        table, former = after.tables[key], before.tables.get(key)
        if former is None or table.columns is not former.columns:
            for what, name in (("table", table.name), *(("column", name) for name in table.columns)):
                _refuse_long(dialect, table, what, name)
            _refuse_same(table, "columns", ((name, _folded(name, folds_case)) for name in table.columns), dialect)
        if former is None or not _same_items(table, former):
            items = (*table.constraints, *table.indexes)
            kept = ((name, _folded(shortened(dialect, name), folds_case)) for name in items)
            _refuse_same(table, "constraints or indexes", kept, dialect)


def _same_items(table: TableState, former: TableState) -> bool:
    return table.constraints is former.constraints and table.indexes is former.indexes


_HINT = "rename one of them, in the models too"


@dataclass
class FoldedTables:
    """The tables of a moment by their keys without case. It moves along with the states: each costs what it changes."""

    _tables: Mapping[str, TableState] = field(default_factory=dict)
    _by_name: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def refuse(self, dialect: sa.Dialect, before: SchemaState, after: SchemaState) -> None:
        """Raise UnsupportedError for a table that is new in `after` and that the database takes for another one."""
        if not folds_tables(dialect):
            return
        self._move(before.tables)
        for key in self._move(after.tables):
            one, *others = self._by_name[key.lower()]
            if others:
                raise UnsupportedError(f"{dialect.name} takes the tables {one!r} and {others[0]!r} for one", hint=_HINT)

    def _move(self, tables: Mapping[str, TableState]) -> list[str]:
        """Forget the tables that are gone, and learn the new ones, which are returned."""
        old, self._tables = self._tables, tables
        for key in differing(old, tables):
            if key not in tables:
                self._by_name[key.lower()].remove(key)
        fresh = [key for key in differing(tables, old) if key not in old]
        for key in fresh:
            self._by_name[key.lower()].append(key)
        return fresh


def _refuse_long(dialect: sa.Dialect, table: TableState, what: str, name: str) -> None:
    # SQLAlchemy's limit of MySQL is that of aliases, 255; names of tables and columns have the one that indexes have.
    limit = min(dialect.max_identifier_length, dialect.max_index_name_length or dialect.max_identifier_length)
    unit = "bytes" if dialect.name in _COUNTING_BYTES else "characters"
    size = len(name.encode()) if unit == "bytes" else len(name)
    if size > limit:
        where = table.key if what == "table" else f"{table.key}.{name}"
        raise UnsupportedError(
            f"the name of {what} {where} has {size} {unit}, and {dialect.name} allows {limit}",
            hint="give it a shorter name, in the models too",
        )


def _refuse_same(table: TableState, what: str, names: Iterable[tuple[str, str]], dialect: sa.Dialect) -> None:
    for one, other in _meeting(names):
        raise UnsupportedError(
            f"{dialect.name} takes the {what} {one!r} and {other!r} of table {table.key} for one", hint=_HINT
        )


def _meeting(names: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Pairs of names that the database keeps as the same one."""
    seen: dict[str, str] = {}
    for name, kept in names:
        if seen.setdefault(kept, name) != name:
            yield seen[kept], name


def _folded(name: str, folds_case: bool) -> str:
    return name.lower() if folds_case else name


def folds_tables(dialect: sa.Dialect) -> bool:
    """Whether table names differ by more than case; on MySQL the file system decides, known once connected."""
    return dialect.name == "sqlite" or getattr(dialect, "_casing", 0) != 0
