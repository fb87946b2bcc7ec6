"""How long the operations of a run wait for others: a change of the schema gives up soon, a data step does not.

In: the session's settings and the patience of the run. A statement that waits for a table makes all others wait behind
it, so what changes the schema, and each batch of a walk, waits briefly and is tried again. A function of the project's
own, and what copes with its own leftovers outside a transaction (CREATE INDEX CONCURRENTLY waits for old transactions
by design), run with the settings that the session had.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.operations.base import Operation
from minimig.runtime.output import LiveOutput
from minimig.runtime.retrying import Patience


class Limits:
    """The limits of one run on one connection."""

    def __init__(self, connection: sa.Connection, editor: SchemaEditor, patience: Patience) -> None:
        self.connection = connection
        self._patience = patience
        self._waiting = editor.waiting(connection)

    def before(self, operation: Operation, editor: SchemaEditor, output: LiveOutput) -> None:
        """Set what suits an operation; where that is set already nothing is sent. It is no statement of the step's."""
        free = operation.runs_code or operation.steps_outside(editor)
        with output.uncounted():
            self._waiting.limit(None if free else self._patience.lock, None if free else self._patience.statement)

    def unsure(self) -> None:
        """Something was rolled back, and perhaps a setting with it."""
        self._waiting.unsure()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Afterwards the session has its own settings again, unless it is gone."""
        try:
            yield
        except BaseException:
            self.unsure()
            raise
        finally:
            if not (self.connection.closed or self.connection.invalidated):
                with suppress(sa.exc.SQLAlchemyError):  # the error that ended the run says more
                    self._waiting.restore()
