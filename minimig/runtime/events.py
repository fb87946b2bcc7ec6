"""What happens during a run, as values; whoever wants to know passes a function that takes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from minimig.runtime.plan import Direction, Step


@dataclass(frozen=True)
class StepStarted:
    """A migration is about to run; `number` counts from 1, `revisions` are those of the whole run, in order."""

    step: Step
    number: int
    revisions: tuple[str, ...]


@dataclass(frozen=True)
class StepDone:
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

Event = StepStarted | StepDone
Listener = Callable[[Event], None]


def silence(event: Event) -> None:
    """The listener that does not listen."""
