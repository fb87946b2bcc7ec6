"""One runner at a time: waiting for a lock that each database provides in its own way.

A lock is tried again and again instead of waited for inside the database: on PostgreSQL a session that waits for an
advisory lock holds a snapshot, and CREATE INDEX CONCURRENTLY in the session that has the lock would wait for it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.util import await_only

from minimig.errors import DatabaseError, LockError

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
HELD = "minimig_lock"
"""Under this name the `info` of a connection, which dies with its session, says that the session holds the lock."""


def wait_for(
    connection: sa.Connection, try_lock: Callable[[], bool], holder: Callable[[], str | None], wait: float
) -> None:
    """Try until the lock is ours. Raises LockError, naming the holder, when `wait` seconds were not enough.

    Between two tries others may work: other threads, and on an asynchronous connection what else its event loop has to
    do, which may well be the run that has the lock.
    """
    deadline = time.monotonic() + wait
    pause = FIRST_PAUSE
    while not try_lock():
        if time.monotonic() >= deadline:
            who = holder()
            raise LockError(
                f"another run has held the lock of this database for {wait:g} s{f': {who}' if who else ''}",
                hint="wait for it to finish, or give more time with --lock-timeout; nothing was changed",
            )
        _sleep(connection, pause * random.uniform(0.5, 1.0))  # noqa: S311 - runners should not try in step
        pause = min(pause * 2, LONGEST_PAUSE)


def _sleep(connection: sa.Connection, seconds: float) -> None:
    if connection.dialect.is_async:
        await_only(asyncio.sleep(seconds))
    else:
        time.sleep(seconds)


def lock_number(name: str) -> int:
    """A lock's name as a signed 64-bit number."""
    return int.from_bytes(sha256(f"minimig {name}".encode()).digest()[:8], "big", signed=True)


def lock_text(name: str) -> str:
    """A lock's name as text of at most 64 characters."""
    return f"minimig_{sha256(name.encode()).hexdigest()[:48]}"


def holds(connection: sa.Connection) -> bool:
    """Whether this very session took the lock. SQLAlchemy may have put another in place of one that was cut."""
    return not (connection.closed or connection.invalidated) and HELD in connection.info


def check_held(connection: sa.Connection) -> None:
    """Raise DatabaseError when the session that took the lock is gone: another runner may be at work by now."""
    if not holds(connection):
        raise DatabaseError(
            "the connection that held the lock of this database was lost",
            hint="nothing runs without the lock: look after the server, then run the same command again",
        )
