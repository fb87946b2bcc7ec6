"""How long statements wait for what other sessions hold, and which errors only say that somebody was in the way.

A statement that waits for a lock on a table makes everybody behind it wait, readers too; so a change of the schema
gives up after a while and is tried again (`runtime.retrying`). Each database has settings of the session for that. They
are sent where they change, and the session gets its own back at the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa


class Waiting:
    """The settings of one session; this one knows none. A dialect says by which names they go, in which unit."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self._own: Mapping[str, str] | None = None
        self._now: Mapping[str, str] = {}

    @staticmethod
    def is_transient(error: sa.exc.DBAPIError) -> bool:  # noqa: ARG004 - see subclasses
        """Whether a statement failed only because of another session: a lock, a deadlock; the same may do next time."""
        return False

    def settings(self, lock: float | None, statement: float | None) -> Mapping[str, str]:
        """The settings for so many seconds; what is None is left out."""
        return {}

    def read(self) -> Mapping[str, str]:
        """The session's own settings."""
        return {}

    def send(self, name: str, value: str) -> None:
        """Set one of them."""

    def limit(self, lock: float | None, statement: float | None) -> None:
        """Wait for locks, and let a statement run, for so many seconds at most; None is what the session had."""
        if self._own is None:
            if lock is None and statement is None:
                return
            with self._committed():
                self._own = self._now = self.read()
        wanted = {**self._own, **self.settings(lock, statement)}
        self._set({name: value for name, value in wanted.items() if self._now.get(name) != value})
        self._now = wanted

    def unsure(self) -> None:
        """A transaction was rolled back, and what was set in it with it."""
        self._now = {}

    def restore(self) -> None:
        """Give the session its own settings back."""
        if self._own is not None and self._now != self._own:
            self._set(self._own)
        self._own = None

    def _set(self, settings: Mapping[str, str]) -> None:
        with self._committed():
            for name, value in settings.items():
                self.send(name, value)

    @contextmanager
    def _committed(self) -> Iterator[None]:
        """A transaction that was begun only for this ends with it: PostgreSQL would take the settings back."""
        inside = self.connection.in_transaction()
        yield
        if not inside and self.connection.in_transaction():
            self.connection.commit()


def at_least_one(seconds: float, unit: float) -> int:
    """A time in units, rounded up: none of these databases is told 0, which it would take for no limit at all."""
    return max(1, math.ceil(round(seconds / unit, 6)))
