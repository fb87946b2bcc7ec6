"""A process that migrates and dies, or is left hanging: at a statement that is named by how it begins."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

import minimig
from support.histories import History
from support.killing import EVENTS


def die_at(history: History, words: str, *, after: bool = False, target: str = "head") -> None:
    """Migrate in a child that sends itself SIGKILL before or after the first statement that begins with `words`."""

    def work() -> None:
        engine = sa.create_engine(history.database.engine.url, poolclass=NullPool)

        def look(connection: sa.Connection, cursor: Any, statement: str, *rest: Any) -> None:
            if statement.lstrip().startswith(words):
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(engine, EVENTS[after], look)
        minimig.migrate(engine, history.folder, target=target)

    child = forked(work)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"no statement began with {words}, or the run failed before it"


def forked(work: Callable[[], None]) -> int:
    """The number of a child that does this and leaves without tidying up, with 1 after an error."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:  # noqa: BLE001 - nothing of the parent's may run here
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


@contextmanager
def at_work(history: History, **options: Any) -> Iterator[int]:
    """Another process that migrates meanwhile; it is killed at the end, if it is there still."""

    def work() -> None:
        engine = sa.create_engine(history.database.engine.url, poolclass=NullPool)
        minimig.migrate(engine, history.folder, **options)

    child = forked(work)
    try:
        yield child
    finally:
        kill(child)


def kill(child: int) -> None:
    """SIGKILL, and wait for its end; one that is gone already is no matter."""
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        return
