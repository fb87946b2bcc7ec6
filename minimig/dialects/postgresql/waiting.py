"""PostgreSQL: `lock_timeout` and `statement_timeout` of the session, in milliseconds, of which 0 means no limit."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from minimig.dialects.waiting import Waiting, at_least_one

_TRANSIENT = frozenset({"55P03", "40P01", "40001"})
"""lock_not_available, deadlock_detected, serialization_failure (manual, Appendix A)."""


class PostgreSQLWaiting(Waiting):
    """Set by a function: SET would count as a statement of the migration's."""

    @staticmethod
    def is_transient(error: sa.exc.DBAPIError) -> bool:
        state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
        return state in _TRANSIENT

    def settings(self, lock: float | None, statement: float | None) -> Mapping[str, str]:
        given = {"lock_timeout": lock, "statement_timeout": statement}
        return {name: f"{at_least_one(time, 0.001)}ms" for name, time in given.items() if time is not None}

    def read(self) -> Mapping[str, str]:
        query = "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
        lock, statement = self.connection.exec_driver_sql(query).one()
        return {"lock_timeout": lock, "statement_timeout": statement}

    def send(self, name: str, value: str) -> None:
        self.connection.execute(sa.text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
