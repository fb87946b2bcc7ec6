"""The statements of a run as they go over the connection, told to whoever listens.

What a driver is sent is heard at SQLAlchemy's cursor, so that nothing can pass by: the editors' own statements, those
of data steps, those that look at the database. The reason of a statement travels with it, as an execution option.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from minimig.dialects.output import REASON
from minimig.dialects.stages import StatementSent, TransactionMoved
from minimig.dialects.transaction import commits_each
from minimig.stages import Tell, untold


@contextmanager
def heard(connection: sa.Connection, tell: Tell) -> Iterator[None]:
    """Tell of each statement on a connection, and of where its transactions begin and end. Free when nobody listens."""
    if tell is untold:
        yield
        return
    began: list[float] = []

    def before(*_: Any) -> None:
        began[:] = [time.perf_counter()]

    def after(_connection: sa.Connection, _cursor: Any, statement: str, _values: Any, context: Any, _many: Any) -> None:
        reason = None if context is None else context.execution_options.get(REASON)
        tell(StatementSent(statement, reason, time.perf_counter() - began[0]))

    listeners: dict[str, Callable[..., None]] = {"before_cursor_execute": before, "after_cursor_execute": after}
    for name, move in (("begin", "begun"), ("commit", "committed"), ("rollback", "rolled back")):
        listeners[name] = _moved(tell, move)
    for name, listener in listeners.items():
        sa.event.listen(connection, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            sa.event.remove(connection, name, listener)


def _moved(tell: Tell, move: str) -> Callable[[sa.Connection], None]:
    def told(connection: sa.Connection) -> None:
        if not commits_each(connection):  # then SQLAlchemy speaks of transactions, and there are none
            tell(TransactionMoved(move))

    return told
