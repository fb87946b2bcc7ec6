"""Names against a database's limits: what is too long for it, and what it would take for one name.

In go names as revision files have them, out come names as the database keeps them. Constraints and indexes over the
limit are shortened as SQLAlchemy shortens them, to a prefix and a digest of the whole name, here and nowhere else. A
table or a column is refused: its name stands in queries, where a shortened one would surprise. (SQLAlchemy and Alembic
find that out in the middle of a run, and two names that differ only by case never.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    if name.isascii() and len(name) <= min(dialect.max_identifier_length, dialect.max_index_name_length or len(name)):
        return name
    preparer: Any = dialect.identifier_preparer
    # The argument keeps SQLAlchemy from quoting; it is there for Alembic and has been since SQLAlchemy 1.4.
    found: str = preparer.truncate_and_render_index_name(conv(name), _alembic_quote=False)
    if dialect.name in _COUNTING_BYTES:
        return found.encode()[: dialect.max_identifier_length].decode(errors="ignore")
    return found


def refuse_names(dialect: sa.Dialect, before: SchemaState, after: SchemaState, *, folds_case: bool) -> None:
    """Raise UnsupportedError for names of tables that are new or changed: one that is too long, or two that meet."""
    changed = differing(after.tables, before.tables)
    for table in map(after.tables.__getitem__, changed):
        for what, name in (("table", table.name), *(("column", name) for name in table.columns)):
            _refuse_long(dialect, table, what, name)
        _refuse_same(table, "columns", ((name, _folded(name, folds_case)) for name in table.columns), dialect)
        items = (*table.constraints, *table.indexes)
        kept = ((name, _folded(shortened(dialect, name), folds_case)) for name in items)
        _refuse_same(table, "constraints or indexes", kept, dialect)
    if folds_tables(dialect) and any(key not in before.tables for key in changed):
        for one, other in _meeting((key, key.lower()) for key in after.tables):
            raise UnsupportedError(f"{dialect.name} takes the tables {one!r} and {other!r} for one", hint=_HINT)


_HINT = "rename one of them, in the models too"


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
