"""Data steps written with `async def`, over a connection that is synchronous underneath.

In: the function, a connection and the tables. It runs on that very connection, inside its transaction, in one of two
ways. Under an asynchronous driver (`await connection.run_sync(minimig.migrate, ...)`) it is awaited by the caller's own
event loop, with SQLAlchemy's AsyncConnection. Under a synchronous driver it runs in an event loop of its own, with an
`AwaitableConnection`: each statement blocks, as it would anywhere in a migration, and what else the step awaits works.
So one file serves a project that runs asynchronously and migrates from the command line.

Alembic has `op.run_async` for the first way, and refuses the second; Django has no asynchronous steps.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa

from minimig.errors import UnsupportedError


def is_async(function: Any) -> bool:
    """Whether a function, or an object that can be called, is written with `async def`."""
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def run_async(function: Callable[..., Any], connection: sa.Connection, *rest: object) -> None:
    """Run an asynchronous function to its end, on the connection and with `rest`.

    Raises UnsupportedError where an event loop is in the way.
    """
    if connection.dialect.is_async:
        from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
        from sqlalchemy.util import await_only

        await_only(function(AsyncConnection(AsyncEngine(connection.engine), connection), *rest))
        return
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(function(AwaitableConnection(connection), *rest))
        return
    raise UnsupportedError(
        f"an asynchronous step cannot run here: the driver ({connection.dialect.driver}) is synchronous, and this"
        " thread is inside an event loop already",
        hint="call minimig in a thread (await asyncio.to_thread(...)), or with an asynchronous engine:"
        " await connection.run_sync(lambda c: minimig.migrate(c, ...))",
    )


class AwaitableConnection:
    """A synchronous connection with the methods of SQLAlchemy's AsyncConnection that a data step needs."""

    def __init__(self, connection: sa.Connection) -> None:
        self.sync_connection = connection
        self.dialect = connection.dialect
        self.info = connection.info

    async def execute(self, statement: Any, parameters: Any = None, **options: Any) -> sa.CursorResult[Any]:
        """Execute a statement; the result is read without awaiting, as that of an AsyncConnection."""
        return self.sync_connection.execute(statement, parameters, **options)

    async def exec_driver_sql(self, statement: str, parameters: Any = None, **options: Any) -> sa.CursorResult[Any]:
        """Execute SQL in the driver's own spelling."""
        return self.sync_connection.exec_driver_sql(statement, parameters, **options)

    async def scalar(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        """The first column of the first row."""
        return self.sync_connection.scalar(statement, parameters, **options)

    async def scalars(self, statement: Any, parameters: Any = None, **options: Any) -> sa.ScalarResult[Any]:
        """The first column of the rows."""
        return self.sync_connection.scalars(statement, parameters, **options)

    async def run_sync(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Call a function with the synchronous connection."""
        return function(self.sync_connection, *args, **options)

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[sa.NestedTransaction]:
        """A savepoint: `async with connection.begin_nested():`."""
        with self.sync_connection.begin_nested() as savepoint:
            yield savepoint

    def in_transaction(self) -> bool:
        """Whether the migration's transaction is open."""
        return self.sync_connection.in_transaction()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"the connection of an asynchronous step has no {name!r} under the driver {self.dialect.driver}, which is"
            f" synchronous; `await connection.run_sync(lambda c: c.{name}(...))` reaches the connection itself"
        )
