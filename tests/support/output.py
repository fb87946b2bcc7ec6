"""Two small outputs for schema editors: one that executes and remembers, one that only remembers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa


class Recorder:
    """Keeps the text of every statement; with a connection it executes them, too."""

    def __init__(self, connection: sa.Connection | None = None) -> None:
        self.connection = connection
        self.statements: list[str] = []

    def execute(self, statement: str | sa.ClauseElement, parameters: Mapping[str, Any] | None = None) -> None:
        self.statements.append(str(statement))
        if self.connection is None:
            return
        if not isinstance(statement, str):
            self.connection.execute(statement)
        elif parameters:
            self.connection.execute(sa.text(statement), parameters)
        else:
            self.connection.execution_options(no_parameters=True).exec_driver_sql(statement)
