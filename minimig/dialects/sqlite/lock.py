"""SQLite: a lock of the operating system on a file beside the database, freed when the process dies.

SQLite's own locks end with each transaction, and a run is more than one. A row in a table would stay when a process is
killed. Who holds it stands in a second file, a courtesy to those who wait: a killed process leaves it behind, and it
says nothing while the lock is free.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from minimig.dialects.lock import wait_for
from minimig.dialects.sqlite.driver import pragma
from minimig.errors import DatabaseError


@contextmanager
def sqlite_lock(connection: sa.Connection, name: str, wait: float) -> Iterator[None]:  # noqa: ARG001 - one per file
    """Hold `<database>-minimig.lock`, a lock of the operating system, freed when the process dies.

    A database in memory has nobody else to fear. The file stays, empty.
    """
    file = _file(connection)
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

    wait_for(connection, try_lock, lambda: _told(file), wait)
    try:
        _tell(file)
        yield
    finally:
        with suppress(OSError):  # a courtesy, see above
            _note(file).unlink(missing_ok=True)
        lock.release()


def sqlite_holder(connection: sa.Connection, name: str) -> str | None:  # noqa: ARG001 - one per file
    """Who holds the lock. Only where somebody says that he does it is tried, since he may have been killed."""
    file = _file(connection)
    who = _told(file) if file else None
    if who is None:
        return None
    from filelock import FileLock, Timeout

    try:
        with FileLock(f"{file}-minimig.lock", timeout=0):
            return None
    except (Timeout, OSError):
        return who


def _file(connection: sa.Connection) -> str:
    main = pragma(connection, "database_list")
    return str(main[2]) if main else ""


def _note(file: str) -> Path:
    return Path(f"{file}-minimig.holder")


def _tell(file: str) -> None:
    since = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    with suppress(OSError):  # a full disk must not keep anybody from a lock that is his
        _note(file).write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))


def _told(file: str) -> str | None:
    try:
        who = json.loads(_note(file).read_text())
        return f"process {who['pid']} on {who['host']}, since {who['since']}"
    except (OSError, ValueError, LookupError, TypeError):
        return None
