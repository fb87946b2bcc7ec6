"""A real transaction around a migration on SQLite.

SQLite rolls DDL back like anything else, but three things stand in the way. Python's driver opens transactions only
before data changes (docs.python.org, sqlite3, "Transaction control"), so BEGIN is sent by hand. Foreign-key enforcement
would delete the children of a table that is rebuilt, and it cannot be switched inside a transaction (SQLite manual,
PRAGMA foreign_keys), so it is off from before BEGIN until after COMMIT. In exchange whatever can have been violated is
checked before COMMIT, and only violations that were not there before count (`foreign_keys.Watch`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from minimig.dialects.sqlite.foreign_keys import Watch
from minimig.errors import UnsupportedError


@contextmanager
def sqlite_transaction(connection: sa.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE ... COMMIT without enforcement of foreign keys, checked before the commit.

    Raises DatabaseError when a foreign key is violated that was not before; everything is rolled back then.
    """
    driver: Any = connection.connection.dbapi_connection
    enforced, watch = _switch_enforcement(driver, on=False), Watch(connection)
    try:
        with connection.begin():
            if not in_transaction(connection):  # an engine may send BEGIN by itself, through an event
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            watch.begin()
            yield
            watch.refuse_new()
    finally:
        watch.end()
        if enforced:
            _switch_enforcement(driver, on=True)


def in_transaction(connection: sa.Connection) -> bool:
    """Whether SQLite itself is inside a transaction; aiosqlite tells it as sqlite3 does, SQLAlchemy's adapter not."""
    driver: Any = connection.connection.driver_connection
    return bool(driver.in_transaction)


def _switch_enforcement(driver: Any, *, on: bool) -> bool:
    """Switch enforcement on or off; tells whether it was on. Goes past SQLAlchemy, which would open a transaction."""
    was_on = bool(driver.execute("PRAGMA foreign_keys").fetchone()[0])
    if was_on == on:
        return was_on
    driver.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")
    if bool(driver.execute("PRAGMA foreign_keys").fetchone()[0]) != on:
        raise UnsupportedError(
            "foreign-key enforcement cannot be switched: the connection is inside a transaction",
            hint="hand minimig a connection without an open transaction, or an engine",
        )
    return was_on
