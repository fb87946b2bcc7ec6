"""SQL Server: sp_getapplock in the session that runs the statements, so that it dies with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from minimig.dialects.lock import lock_text, wait_for

TRY = """\
DECLARE @answer INT;
EXEC @answer = sp_getapplock @Resource = :name, @LockMode = 'Exclusive', @LockOwner = :owner, @LockTimeout = 0;
SELECT @answer"""
RELEASE = "EXEC sp_releaseapplock @Resource = :name, @LockOwner = :owner"


@contextmanager
def mssql_lock(connection: sa.Connection, name: str, wait: float) -> Iterator[None]:
    """Hold an sp_getapplock of this database. Inside a transaction of the caller it lasts until that ends."""
    borrowed = connection.in_transaction()
    asked = {"name": lock_text(name), "owner": "Transaction" if borrowed else "Session"}

    def try_lock() -> bool:
        answer = connection.execute(sa.text(TRY), asked).scalar_one()
        if not borrowed:
            connection.commit()  # the lock is the session's, not the transaction's
        return bool(answer >= 0)

    wait_for(connection, try_lock, lambda: None, wait)
    try:
        yield
    finally:
        if not borrowed and not (connection.closed or connection.invalidated):
            if connection.in_transaction():
                connection.rollback()
            connection.execute(sa.text(RELEASE), asked)
            connection.commit()
