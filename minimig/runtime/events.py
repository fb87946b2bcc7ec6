"""What happens during a run, as values; whoever wants to know passes a function that takes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from minimig.runtime.plan import Step


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


Event = StepStarted | StepDone
Listener = Callable[[Event], None]


def silence(event: Event) -> None:
    """The listener that does not listen."""
