"""MySQL and MariaDB: metadata locks and row locks wait by whole seconds, MariaDB's statements by parts of one.

MySQL limits the time of queries alone (`max_execution_time`, in milliseconds).
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from minimig.dialects.waiting import Waiting, at_least_one

_TRANSIENT = frozenset({1205, 1213, 1020})
"""ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK, ER_CHECKREAD (MariaDB manual, "MariaDB Error Codes")."""


class MySQLWaiting(Waiting):
    """`lock_wait_timeout` is a day or a year where nobody says otherwise."""

    @staticmethod
    def is_transient(error: sa.exc.DBAPIError) -> bool:
        return bool(error.orig and error.orig.args and error.orig.args[0] in _TRANSIENT)

    def settings(self, lock: float | None, statement: float | None) -> Mapping[str, str]:
        found = {}
        if lock is not None:
            found = dict.fromkeys(("lock_wait_timeout", "innodb_lock_wait_timeout"), str(at_least_one(lock, 1)))
        if statement is not None:
            milliseconds = at_least_one(statement, 0.001)
            found[self._statement_limit] = f"{milliseconds / 1000:.3f}" if self._mariadb else str(milliseconds)
        return found

    def read(self) -> Mapping[str, str]:
        names = ("lock_wait_timeout", "innodb_lock_wait_timeout", self._statement_limit)
        row = self.connection.exec_driver_sql(f"SELECT {', '.join(f'@@SESSION.{name}' for name in names)}").one()
        return {name: str(value) for name, value in zip(names, row, strict=True)}

    def send(self, name: str, value: str) -> None:
        self.connection.exec_driver_sql(f"SET SESSION {name} = {value}")

    @property
    def _mariadb(self) -> bool:
        return bool(getattr(self.connection.dialect, "is_mariadb", False))

    @property
    def _statement_limit(self) -> str:
        return "max_statement_time" if self._mariadb else "max_execution_time"
