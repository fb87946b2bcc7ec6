"""Whether a second table may hold something, asked in the query that reads a first: one round trip for both.

The journal is beside the version table only where a run ever needed one. PostgreSQL and SQLite tell whether a table is
there; MySQL and MariaDB, where each run keeps a journal, are asked for a row, and the query fails where there is none.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def journal_name(version_table: str) -> str:
    """The journal beside a version table."""
    return "minimig_journal" if version_table == "minimig_version" else f"{version_table}_journal"


def may_hold(dialect: sa.Dialect, table: sa.TableClause, *, certain: bool) -> sa.ColumnElement[Any]:
    """An expression that is true where `table` may hold rows, as far as this dialect has a cheap one.

    With `certain`, one that works also where the table is not there.
    """
    if dialect.name == "postgresql":
        return sa.func.to_regclass(sa.literal(dialect.identifier_preparer.format_table(table))).is_not(None)
    if dialect.name == "sqlite":
        known = sa.table("sqlite_master", sa.column("name"), schema=table.schema)
        return sa.exists(sa.select(sa.literal_column("1")).select_from(known).where(known.c.name == table.name))
    if dialect.name in ("mysql", "mariadb") and not certain:
        return sa.exists(sa.select(sa.literal_column("1")).select_from(table))
    return sa.literal_column("0")
