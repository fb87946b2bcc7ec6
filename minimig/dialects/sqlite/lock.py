"""SQLite: a lock of the operating system on a file beside the database, freed when the process dies.

SQLite's own locks end with each transaction, and a run is more than one. A row in a table would stay when a process is
killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from minimig.dialects.lock import wait_for
from minimig.dialects.sqlite.driver import pragma
from minimig.errors import DatabaseError


@contextmanager
def sqlite_lock(connection: sa.Connection, name: str, wait: float) -> Iterator[None]:  # noqa: ARG001 - one per file
    """Hold `<database>-minimig.lock`; a database in memory has nobody else to fear. The file stays, empty."""
    main = pragma(connection, "database_list")
    file = main[2] if main else ""
    if not file:
        yield
        return
    from filelock import FileLock, Timeout  # loaded only where it is used: it takes as long as a command may

    lock = FileLock(f"{file}-minimig.lock")

    def try_lock() -> bool:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        except OSError as error:
            raise DatabaseError(
                f"the lock file {lock.lock_file} cannot be written: {error.strerror}",
                hint="migrating needs the right to write to the folder of the database; nothing was changed",
            ) from error
        return True

    wait_for(connection, try_lock, lambda: None, wait)
    try:
        yield
    finally:
        lock.release()
