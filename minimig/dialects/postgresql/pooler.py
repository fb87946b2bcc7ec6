"""Telling a connection pooler in transaction mode, behind which no lock of a session holds.

Such a pooler (PgBouncer's `pool_mode = transaction`) gives each transaction a session of its own choosing: the lock is
taken in one, the statements run in others, and nothing is locked, or for ever. A driver is told the process of its
session when it connects. Where that is what the server says, nothing stands between, and nothing more is asked. Else a
second transaction, and then a second connection, tell: as long as this one is open its session cannot be another's,
unless somebody shares them out.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from minimig.errors import LockError

PROCESS = "SELECT pg_catalog.pg_backend_pid()"


def refuse_pooler(connection: sa.Connection) -> None:
    """Raise LockError where transactions of this connection run in sessions of others. Ends its transaction."""
    process = _ask(connection)
    if process == _as_connected(connection.connection.driver_connection):
        return
    if _ask(connection) != process or _of_another(connection) == process:
        raise LockError(
            "no lock holds here: a pooler gives each transaction another session (PgBouncer in transaction mode)",
            hint="for migrations connect to the server itself, or to the pooler in session mode; nothing was changed",
        )


def _ask(connection: sa.Connection) -> int:
    process: int = connection.execute(sa.text(PROCESS)).scalar_one()
    connection.rollback()
    return process


def _as_connected(driver: Any) -> int | None:
    """The process that the server named when the driver connected; None where the driver does not tell."""
    if hasattr(driver, "get_server_pid"):  # asyncpg
        return int(driver.get_server_pid())
    found = getattr(getattr(driver, "info", None), "backend_pid", None)  # psycopg, psycopg2
    return None if found is None else int(found)


def _of_another(connection: sa.Connection) -> int:
    """The process that a second connection gets, opened as the engine opens its own; its pool may be full."""
    pool = connection.engine.pool.recreate()
    second = pool.connect()
    try:
        cursor = second.cursor()
        cursor.execute(PROCESS)
        [process] = cursor.fetchone() or (0,)
        cursor.close()
        return int(process)
    finally:
        second.close()
        pool.dispose()
