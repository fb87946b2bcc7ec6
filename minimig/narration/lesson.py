"""What is said of one thing that has happened, and what a student is told about the stage that it happened in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from minimig.operations.base import Operation

HEADLINES, VALUES, EVERYTHING = 1, 2, 3
"""How deep a narration goes: a line for each stage; with its values; with all there is, SQL and each fold."""

GLANCE = 12
"""How many lines are read at a glance; more are for somebody who wants everything."""


@dataclass(frozen=True)
class Said:
    """A line, what stands below it with the values, and what only somebody who wants everything reads."""

    headline: str
    values: tuple[str, ...] = ()
    everything: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """How one kind of stage is told.

    `title` is the heading that it stands under; none for what belongs to whatever goes on. `idea` is what a student
    should know of it, said once, and `module` where to read on. From `depth` on it is told at all.
    """

    title: str | None
    idea: str
    module: str
    say: Callable[[Any], Said]
    depth: int = HEADLINES


def described(operations: Iterable[Operation]) -> tuple[str, ...]:
    """Operations as the command line lists them."""
    return tuple(f"{operation.symbol} {operation.describe()}" for operation in operations)


def count(number: int, noun: str, many: str | None = None) -> str:
    """`no tables`, `1 table`, `2 tables`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number or 'no'} {many or noun + 's'}"


def listed(names: Iterable[str], longest: int = 6) -> str:
    """Names in a row, the rest counted."""
    found = list(names)
    shown = ", ".join(found[:longest])
    return f"{shown} and {len(found) - longest} more" if len(found) > longest else shown
