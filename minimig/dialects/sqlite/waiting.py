"""SQLite: how long a statement tries to get the lock of the file. How long one may run is not limited."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import sqlalchemy as sa

from minimig.dialects.sqlite.driver import pragma
from minimig.dialects.waiting import Waiting, at_least_one


class SQLiteWaiting(Waiting):
    """A setting of the connection, made past SQLAlchemy."""

    @staticmethod
    def is_transient(error: sa.exc.DBAPIError) -> bool:
        """SQLITE_BUSY in all its kinds; SQLITE_LOCKED is a conflict of this connection with itself."""
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY

    def settings(self, lock: float | None, statement: float | None) -> Mapping[str, str]:
        return {} if lock is None else {"busy_timeout": str(at_least_one(lock, 0.001))}

    def read(self) -> Mapping[str, str]:
        row = pragma(self.connection, "busy_timeout")
        return {"busy_timeout": str(row[0])} if row else {}

    def send(self, name: str, value: str) -> None:
        pragma(self.connection, f"{name} = {value}")
