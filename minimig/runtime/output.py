"""The two places statements go to: a live connection, or a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from minimig.state.values import compile_expression


class LiveOutput:
    """Sends each statement over a connection, inside whatever transaction is open on it.

    `statements` counts what was sent, and `last` is the latest of it: what an error message needs.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.statements = 0
        self.last: str | None = None

    @property
    def connection(self) -> sa.Connection | None:
        """The connection itself."""
        return self._connection

    def execute(self, statement: str | sa.ClauseElement, parameters: Mapping[str, Any] | None = None) -> None:
        """Send one statement and wait for it."""
        self.last = str(statement)
        if isinstance(statement, str) and parameters is None:
            # no_parameters keeps the driver from reading percent signs as placeholders
            self._connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        elif isinstance(statement, str):
            self._connection.execute(sa.text(statement), parameters)
        else:
            self._connection.execute(statement, parameters)  # type: ignore[call-overload]
        self.statements += 1


class ScriptOutput:
    """Collects statements as text, values written inline."""

    connection: sa.Connection | None = None

    def __init__(self, dialect: sa.Dialect) -> None:
        self.dialect = dialect
        self.lines: list[str] = []

    def execute(self, statement: str | sa.ClauseElement, parameters: Mapping[str, Any] | None = None) -> None:
        """Keep one statement."""
        if isinstance(statement, str) and parameters is not None:
            statement = sa.text(statement).bindparams(**parameters)
        text = statement if isinstance(statement, str) else compile_expression(statement, self.dialect)
        self.lines.append(text.rstrip().rstrip(";"))
