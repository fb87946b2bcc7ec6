"""What a stage of a command got and gave, as values; whoever wants to know passes a function that takes them.

Each room says in its own `stages` what happens in it. A stage is told where it happened, with what it has in its hands
anyway: nothing is computed for somebody who does not listen, and nobody has to listen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """Base of all that is told. Subclasses are frozen dataclasses, named for what has happened."""


Tell = Callable[[Stage], None]


def untold(stage: Stage) -> None:
    """For those whom nobody listens to."""
