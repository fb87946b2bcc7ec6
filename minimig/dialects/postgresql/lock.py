"""PostgreSQL: an advisory lock in the session that runs the statements, so that it dies with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from minimig.dialects.lock import lock_number, wait_for
from minimig.dialects.postgresql.pooler import refuse_pooler

_HOLDER = sa.text("""
    SELECT a.pid, coalesce(host(a.client_addr), 'local') AS host, a.backend_start
    FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
      AND (l.classid::bigint << 32 | l.objid::bigint) = :number
""")


@contextmanager
def postgresql_lock(connection: sa.Connection, name: str, wait: float) -> Iterator[None]:
    """Hold an advisory lock, which dies with its session, for `name` in the schema that it names or the current one.

    Inside a transaction of the caller it lasts until that ends. Advisory locks belong to one database (PostgreSQL
    manual, 13.3.5), so schemas of one database can run side by side.
    """
    borrowed = connection.in_transaction()
    number = _number(connection, name)
    if not borrowed:  # a lock of the transaction ends with it, whatever stands between
        refuse_pooler(connection)
    function = "pg_try_advisory_xact_lock" if borrowed else "pg_try_advisory_lock"

    def try_lock() -> bool:
        return bool(_ask(connection, sa.text(f"SELECT {function}(:number)"), number, borrowed=borrowed))

    wait_for(connection, try_lock, lambda: _holder(connection, number), wait)
    try:
        yield
    finally:
        if not borrowed and not (connection.closed or connection.invalidated):
            if connection.in_transaction():
                connection.rollback()
            _ask(connection, sa.text("SELECT pg_advisory_unlock(:number)"), number, borrowed=False)


def _ask(connection: sa.Connection, query: sa.TextClause, number: int, *, borrowed: bool) -> object:
    answer = connection.execute(query, {"number": number}).scalar()
    if not borrowed:
        connection.commit()  # the lock is the session's, not the transaction's
    return answer


def postgresql_holder(connection: sa.Connection, name: str) -> str | None:
    """The session that holds the lock of the schema that `name` lives in."""
    return _holder(connection, _number(connection, name))


def _number(connection: sa.Connection, name: str) -> int:
    schema = "" if "." in name else f"{connection.scalar(sa.text('SELECT current_schema()'))}."
    return lock_number(f"{schema}{name}")


def _holder(connection: sa.Connection, number: int) -> str | None:
    row = connection.execute(_HOLDER, {"number": number}).first()
    return None if row is None else f"process {row.pid} from {row.host}, connected since {row.backend_start:%H:%M:%S}"
