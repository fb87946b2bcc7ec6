"""What happens during a run, as values; whoever wants to know passes a function that takes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from minimig.runtime.plan import Direction, Step
from minimig.stages import Stage


@dataclass(frozen=True)
class StepStarted(Stage):
    """A migration is about to run; `number` counts from 1, `revisions` are those of the whole run, in order."""

    step: Step
    number: int
    revisions: tuple[str, ...]


@dataclass(frozen=True)
class StepDone(Stage):
    """A migration took effect and is recorded; `seconds` by the clock of this process."""

    step: Step
    seconds: float


@dataclass(frozen=True)
class StepRecorded:
    """A migration has run, or was only recorded, and its row is written, in a transaction that is still open.

    `doc` is the docstring of the file at `path`; a row that is forgotten although its file is gone has neither.
    """

    step: Step
    doc: str = ""
    path: Path | None = None

    @property
    def revision(self) -> str:
        """The identifier `app.name`."""
        return self.step.revision

    @property
    def forward(self) -> bool:
        """Whether the migration is applied now; else it was taken back."""
        return self.step.direction is Direction.FORWARD


Within = Callable[[StepRecorded, sa.Connection], None]
"""A function that works inside the transaction of a step; what it raises fails the step."""


@dataclass(frozen=True)
class Progressed(Stage):
    """A long operation, in its own words, has changed `done` rows of about `total`.

    `earlier` of them were changed by a run that was interrupted, the rest by this one in `seconds`.
    """

    step: Step
    operation: str
    done: int
    total: int
    seconds: float
    earlier: int = 0

    @property
    def speed(self) -> float | None:
        """Rows a second of this run; None while nobody can know."""
        return (self.done - self.earlier) / self.seconds if self.seconds > 0 and self.done > self.earlier else None

    @property
    def left(self) -> float | None:
        """How many seconds the rest takes at this speed."""
        return None if self.speed is None else max(self.total - self.done, 0) / self.speed


@dataclass(frozen=True)
class Retrying(Stage):
    """Another session was in the way: what was rolled back is tried again after `seconds`.

    `attempt` is the one that failed, counted from 1, of `attempts`; `reason` is what the database said.
    """

    step: Step
    attempt: int
    attempts: int
    seconds: float
    reason: str


@dataclass(frozen=True)
class CheckSkipped(Stage):
    """Rows were not looked at before the run: the query took too long, or was refused; `reason` is the database's."""

    step: Step
    what: str
    reason: str


@dataclass(frozen=True)
class NetEffectStarted(Stage):
    """What the first migrations of a run lead to is about to be made at once, on a database without any of them.

    `revisions` are those of the whole run, in order, of which `count` are recorded with it.
    """

    revisions: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class NetEffectDone(Stage):
    """It is there, with all their rows; `seconds` by the clock of this process."""

    seconds: float


@dataclass(frozen=True)
class NetEffectRefused(Stage):
    """The database would not have it so, for this reason: nothing has happened, and the migrations run one by one."""

    reason: str


@dataclass(frozen=True)
class Crowded(Stage):
    """The run is one transaction that takes about so many `locks`, and the server has `room` for fewer.

    `step` is the first one: nothing has run yet.
    """

    step: Step
    locks: int
    room: int


Event = (
    StepStarted
    | StepDone
    | Progressed
    | Retrying
    | CheckSkipped
    | Crowded
    | NetEffectStarted
    | NetEffectDone
    | NetEffectRefused
)
Listener = Callable[[Event], None]


def silence(event: Event) -> None:
    """The listener that does not listen."""
