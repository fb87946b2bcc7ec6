"""Trying again what failed only because another session was in the way.

A lock that did not come in time, a deadlock, a serialization failure: nothing is wrong with the migration, and what the
database rolled back can be tried again. The pauses grow, and differ by chance, so that two runners do not meet again in
step. What must not be tried again is decided by whoever calls: a step that has committed by itself. (strong_migrations
has the three scopes: the transaction, the statement, never; pgroll retries each statement.)
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from minimig.errors import UsageError

T = TypeVar("T")

LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Patience:
    """How long statements may take, and how often they are tried.

    `lock` is how many seconds a statement waits for locks that others hold, `statement` how many one may run; None
    leaves that to the database's own settings. What was rolled back is tried up to `attempts` times, the first pause
    is about `pause` seconds.
    """

    lock: float | None = 5.0
    statement: float | None = None
    attempts: int = 5
    pause: float = 1.0

    def __post_init__(self) -> None:
        numbers = (self.pause, *(n for n in (self.lock, self.statement) if n is not None))
        if self.attempts < 1 or any(not 0 <= number < float("inf") for number in numbers):
            raise UsageError(f"{self} makes no sense", hint="give seconds from 0 on, and at least one attempt")

    def pauses(self) -> Iterator[float]:
        """The pause behind each attempt but the last: about twice the one before, three quarters of it at least."""
        for number in range(self.attempts - 1):
            yield min(self.pause * 2**number, LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311 - no secret


PATIENCE = Patience()
"""What suits most."""

ONCE = Patience(lock=None, attempts=1)
"""For work in a transaction that is somebody else's."""

Tell = Callable[[int, float, str], None]
"""What is called before a pause: with the attempt that failed, counted from 1, the pause, and the reason."""


def persist(work: Callable[[], T], patience: Patience, reason: Callable[[Exception], str | None], tell: Tell) -> T:
    """Do the work, again and again while `reason` says of its error why that may help; else the error goes on."""
    for attempt, pause in enumerate(patience.pauses(), start=1):
        try:
            return work()
        except Exception as error:
            why = reason(error)
            if why is None:
                raise
        tell(attempt, pause, why)
        time.sleep(pause)
    return work()
