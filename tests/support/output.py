"""Two small outputs for schema editors: one that executes and remembers, one that only remembers."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import sqlalchemy as sa

from minimig.dialects.output import Values
from minimig.dialects.transaction import outside


class Recorder:
    """Keeps the text of every statement; with a connection it executes them, too."""

    def __init__(self, connection: sa.Connection | None = None) -> None:
        self.connection = connection
        self.statements: list[str] = []

    def execute(
        self, statement: str | sa.ClauseElement, parameters: Values | None = None, options: object = None
    ) -> None:
        self.statements.append(str(statement))
        if self.connection is None:
            return
        if not isinstance(statement, str):
            self.connection.execute(statement, parameters)
        elif parameters:
            self.connection.execute(sa.text(statement), parameters)
        else:
            self.connection.execution_options(no_parameters=True).exec_driver_sql(statement)

    def sync(self) -> None:
        """Each statement has taken effect when `execute` returns."""

    def outside_transaction(self) -> AbstractContextManager[None]:
        return nullcontext() if self.connection is None else outside(self.connection)
