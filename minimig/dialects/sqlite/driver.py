"""Asking SQLite past SQLAlchemy, which would open a transaction for it.

SQLAlchemy adapts aiosqlite to look like sqlite3, but only as far as it needs itself: cursors work alike on both, and
the driver's own connection knows whether it is inside a transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa

_KNOWN = ("pysqlite", "aiosqlite")

_TRANSACTION = ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")
_SAVEPOINT = ("SAVEPOINT minimig", "RELEASE minimig", "ROLLBACK TO minimig", "RELEASE minimig")
"""How it begins, how it ends, and how it is taken back."""


def pragma(connection: sa.Connection, text: str) -> tuple[Any, ...] | None:
    """The first row that a PRAGMA answers with."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"PRAGMA {text}")
        row: tuple[Any, ...] | None = cursor.fetchone()
    finally:
        cursor.close()
    return row


def scratch(connection: sa.Connection) -> Any:
    """A connection of the driver's own to an empty database in memory."""
    module: Any = connection.dialect.dbapi
    return getattr(module, "sqlite", module).connect(":memory:")  # aiosqlite's stands before that of Python


def can_be_tried(connection: sa.Connection) -> bool:
    """Whether what a scratch database does is what this one would do: by a driver that is known, and the same SQLite.

    And by one that reads a schema again which it has written itself, told to by its number; older ones did not.
    """
    if connection.dialect.driver not in _KNOWN:
        return False
    with closing(scratch(connection)) as trial:
        trial.execute("CREATE TABLE tried (a)")
        trial.execute("BEGIN")
        trial.execute("PRAGMA writable_schema = ON")
        trial.execute("UPDATE sqlite_master SET sql = 'CREATE TABLE tried (a DEFAULT 1)'")
        trial.execute("PRAGMA writable_schema = OFF")
        trial.execute("PRAGMA schema_version = 7")
        query = "SELECT sqlite_source_id(), dflt_value FROM pragma_table_info('tried')"
        found: tuple[str, str | None] = trial.execute(query).fetchone()
    return found == (connection.exec_driver_sql("SELECT sqlite_source_id()").scalar(), "1")


def in_transaction(connection: sa.Connection) -> bool:
    """Whether SQLite itself is inside a transaction, whatever SQLAlchemy believes."""
    driver: Any = connection.connection.driver_connection
    return bool(driver.in_transaction)


@contextmanager
def whole(connection: sa.Connection, *, always: bool = False) -> Iterator[None]:
    """All or nothing. An open transaction sees to that, and `always` a savepoint in it; otherwise one is opened.

    That one takes the write lock at once: nobody changes what is read in it, and a wait for others does no harm yet.
    """
    inside = in_transaction(connection)
    if inside and not always:
        yield
        return
    begin, end, *undo = _SAVEPOINT if inside else _TRANSACTION
    connection.exec_driver_sql(begin)
    try:
        yield
        connection.exec_driver_sql(end)
    except BaseException:
        for statement in [] if connection.invalidated else undo:  # a task that is cancelled loses its connection
            connection.exec_driver_sql(statement)
        raise
