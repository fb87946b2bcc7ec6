"""Connections on which workers read what tenants have had: a schema's version table can be read on any of its database.

Each is kept from one tenant to the next, so that a run that finds nothing to do connects once for each worker. One that
was left alone while tenants were migrated is not trusted: servers, poolers and firewalls cut what is idle.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from queue import Empty, LifoQueue
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from minimig.commands.project import Project

TRUSTED = 10.0
"""Seconds for which a connection may be idle."""


class Readers:
    """As many connections as are in use at a time. They are closed where the block ends; one that failed, at once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._free: LifoQueue[tuple[sa.Connection, ExitStack, float]] = LifoQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        while True:
            try:
                self._free.get_nowait()[1].close()
            except Empty:
                return

    @contextmanager
    def one(self) -> Iterator[sa.Connection]:
        """A connection outside a transaction. Raises DatabaseError as `Project.connect` does."""
        with ExitStack() as here:
            connection, opened = self._taken() or self._new()
            here.push(opened)
            yield connection
            connection.rollback()
            here.pop_all()
        self._free.put((connection, opened, time.monotonic()))

    def _taken(self) -> tuple[sa.Connection, ExitStack] | None:
        while True:
            try:
                connection, opened, since = self._free.get_nowait()
            except Empty:
                return None
            if time.monotonic() - since < TRUSTED:
                return connection, opened
            opened.close()

    def _new(self) -> tuple[sa.Connection, ExitStack]:
        opened = ExitStack()
        return opened.enter_context(self._project.connect()), opened
