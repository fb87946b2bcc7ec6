"""The SQL mode of a MySQL session while a schema editor works in it.

Outside strict mode MySQL and MariaDB change values without a word: MODIFY cuts off strings that are too long, makes
NULL an empty string, turns an unknown label into ''. So the editor's statements run in strict mode whatever the server
says (MySQL manual, "Strict SQL Mode"); steps that people write run in the mode they know. (Django and Alembic take the
mode as it is.)
"""

from __future__ import annotations

import sqlalchemy as sa

_STRICT = ("STRICT_ALL_TABLES", "STRICT_TRANS_TABLES")


class StrictMode:
    """Switched on before the first statement, off again when the session is handed back; on a failure it stays on."""

    def __init__(self) -> None:
        self._on = False
        self._former: str | None = None

    def enter(self, connection: sa.Connection) -> None:
        """Make the session strict, if it is not. A setting of the connection: it does not go through the output."""
        if self._on:
            return
        self._on = True
        mode = str(connection.exec_driver_sql("SELECT @@SESSION.sql_mode").scalar_one())
        if not any(name in mode.split(",") for name in _STRICT):
            self._former = mode
            connection.exec_driver_sql(f"SET SESSION sql_mode = '{mode},{_STRICT[0]}'")

    def leave(self, connection: sa.Connection) -> None:
        """Give the session back the mode that it had."""
        if self._former is not None:
            connection.exec_driver_sql(f"SET SESSION sql_mode = '{self._former}'")
        self._on, self._former = False, None
