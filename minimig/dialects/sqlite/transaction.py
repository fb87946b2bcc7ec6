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

import sqlalchemy as sa

from minimig.dialects.sqlite.driver import in_transaction, pragma
from minimig.dialects.sqlite.foreign_keys import Watch
from minimig.dialects.transaction import commits_each
from minimig.errors import UnsupportedError


@contextmanager
def sqlite_transaction(connection: sa.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE ... COMMIT without enforcement of foreign keys, checked before the commit.

    Raises DatabaseError when a foreign key is violated that was not before; everything is rolled back then.
    """
    enforced, watch = _switch_enforcement(connection, on=False), Watch(connection)
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
            _switch_enforcement(connection, on=True)


def join_transaction(connection: sa.Connection) -> None:
    """Send the BEGIN that a transaction of the caller lacks: with the driver's own, a rollback would not reach DDL."""
    if not (commits_each(connection) or in_transaction(connection)):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _switch_enforcement(connection: sa.Connection, *, on: bool) -> bool:
    """Switch enforcement on or off; tells whether it was on. Goes past SQLAlchemy, which would open a transaction."""
    was_on = _enforced(connection)
    if was_on == on:
        return was_on
    pragma(connection, f"foreign_keys = {'ON' if on else 'OFF'}")
    if _enforced(connection) != on:
        raise UnsupportedError(
            "foreign-key enforcement cannot be switched: the connection is inside a transaction",
            hint="hand minimig a connection without an open transaction, or an engine",
        )
    return was_on


def _enforced(connection: sa.Connection) -> bool:
    row = pragma(connection, "foreign_keys")
    return row is not None and bool(row[0])  # a SQLite built without foreign keys answers nothing
