"""Commands on asynchronous engines: the synchronous code of minimig, run by an event loop.

SQLAlchemy's asynchronous drivers are asynchronous at the very bottom only: inside a greenlet that `greenlet_spawn`
started, a plain `engine.connect()` works, and each wait for the server is handed to the event loop outside. So no
command is written twice. Where nobody has begun such a greenlet, as on the command line, one is begun here in a loop
that lives as long as the command. (Alembic's template for asynchronous projects has each project write this itself.)
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from types import FrameType
from typing import Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import concurrency

from minimig.commands.project import Project
from minimig.errors import ConfigError, UsageError

AWAIT = (
    "use: await minimig.migrate_async(...), or for any other function: await minimig.run_async(minimig.check, project);"
    " nothing was changed"
)

P = ParamSpec("P")
T = TypeVar("T")


def on_its_loop(command: Callable[Concatenate[Project, P], T]) -> Callable[Concatenate[Project, P], T]:
    """A command that connects to the database of its project, made to work where that is an asynchronous one."""

    @wraps(command)
    def call(project: Project, /, *args: P.args, **options: P.kwargs) -> T:
        if project.connection is not None:
            refuse_outside(project.connection)
            return command(project, *args, **options)
        return in_loop_for([project.engine], partial(command, project, *args, **options))

    return call


def in_loop_for(engines: Iterable[sa.Engine], action: Callable[[], T]) -> T:
    """The result of `action`, in an event loop of its own when one of the engines that it uses is asynchronous.

    Raises UsageError inside a loop that runs already and for an engine that another loop uses, ConfigError when the
    library greenlet is missing.
    """
    asynchronous = [engine for engine in engines if engine.dialect.is_async]
    if not asynchronous or _in_greenlet():
        return action()
    _refuse_running_loop(asynchronous[0])
    _refuse_used(asynchronous)
    before = threading.enumerate()

    async def run() -> T:
        try:
            with _ctrl_c_at_once():
                return await concurrency.greenlet_spawn(action)
        finally:
            for engine in asynchronous:  # a connection that a pool keeps could not be used in another loop
                await concurrency.greenlet_spawn(engine.dispose)
            if any(engine.dialect.name == "sqlite" for engine in asynchronous):
                await _threads_end(before)

    return asyncio.run(run())


def refuse_outside(connection: sa.Connection) -> None:
    """Raise UsageError for an asynchronous connection in code that nobody awaits: it belongs to its own loop."""
    if connection.dialect.is_async and not _in_greenlet():
        raise UsageError(f"the connection is asynchronous ({connection.dialect.driver})", hint=AWAIT)


async def _threads_end(before: Iterable[threading.Thread]) -> None:
    """Wait half a second at most until threads that were begun since have ended.

    aiosqlite has one for each connection. That of a connection that failed or broke off ends by itself, and reports to
    the loop, which has to be there.
    """
    for _ in range(50):
        if not set(threading.enumerate()).difference(before):
            return
        await asyncio.sleep(0.01)


@contextmanager
def _ctrl_c_at_once() -> Iterator[None]:
    """Let Ctrl-C stop synchronous code at once, as it does everywhere else.

    `asyncio.run` answers the first one by cancelling its task, which is right while the task waits for the server; a
    data step that computes or sleeps would not notice before it asks the server again.
    """
    cancel = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(cancel):
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        if _in_greenlet():
            raise KeyboardInterrupt
        cancel(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, cancel)


def _in_greenlet() -> bool:
    """Whether `greenlet_spawn` began the code that runs. By its name: `in_greenlet` is younger than SQLAlchemy 2.0."""
    try:
        from greenlet import getcurrent  # type: ignore[import-untyped]  # optional, as it is for SQLAlchemy
    except ImportError as error:
        raise ConfigError(
            "asynchronous engines need the library greenlet, which is not installed",
            hint="pip install 'minimig[async]'",
        ) from error
    return type(getcurrent()).__name__ == "_AsyncIoGreenlet"


def _refuse_used(engines: Iterable[sa.Engine]) -> None:
    """Raise UsageError for an engine whose pool holds connections: they belong to the loop that opened them."""
    for engine in engines:
        if isinstance(engine.pool, QueuePool) and engine.pool.checkedin() + engine.pool.checkedout() > 0:
            raise UsageError("the asynchronous engine is in use in another event loop", hint=AWAIT)


def _refuse_running_loop(engine: sa.Engine) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise UsageError(
        f"the engine is asynchronous ({engine.dialect.driver}), and an event loop is running in this thread already",
        hint=AWAIT,
    )
