"""A history drawn with characters, as `git log --graph` draws one: a lane for each line of revisions.

In: revisions, newest first, each with the parents that are drawn. Out: for each revision the lines above it that join
lanes, its own lanes, and the lines below it that part them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Drawn:
    """One revision: the lines between the one before and it, the lanes in front of its name, the lines below."""

    revision: str
    above: tuple[str, ...]
    lanes: str
    below: tuple[str, ...]


def draw(history: Sequence[tuple[str, Sequence[str]]]) -> Iterator[Drawn]:
    """The lanes of each revision; parents that are not in the history end a lane."""
    known = {revision for revision, _ in history}
    lanes: list[str | None] = []
    for revision, parents in history:
        waiting = [number for number, wanted in enumerate(lanes) if wanted == revision]
        own = waiting[0] if waiting else _free(lanes)
        lanes[own] = revision
        above = tuple(_joined(lanes, own, other) for other in reversed(waiting[1:]))
        row = "".join("* " if number == own else "| " if lane else "  " for number, lane in enumerate(lanes))
        drawn = [parent for parent in parents if parent in known]
        lanes[own] = drawn[0] if drawn else None
        below = tuple(_parted(lanes, own, parent) for parent in drawn[1:])
        _trim(lanes)
        yield Drawn(revision, above, row.rstrip(), below)


def _joined(lanes: list[str | None], own: int, other: int) -> str:
    """The line in which a lane ends in another."""
    line = _line(lanes, own, other, "/")
    lanes[other] = None
    _trim(lanes)
    return line


def _parted(lanes: list[str | None], own: int, parent: str) -> str:
    """The line in which a further parent gets a lane, or meets the one it has."""
    other = lanes.index(parent) if parent in lanes else _free(lanes, own + 1)
    lanes[other] = parent
    return _line(lanes, own, other, "\\") if other > own else _line(lanes, other, own, "/")


def _free(lanes: list[str | None], start: int = 0) -> int:
    """The first lane without a line, at `start` or after it."""
    for number in range(start, len(lanes)):
        if lanes[number] is None:
            return number
    lanes.append(None)
    return len(lanes) - 1


def _line(lanes: Sequence[str | None], left: int, right: int, stroke: str) -> str:
    """A line that joins two lanes; it passes under those between."""
    cells = []
    for number, lane in enumerate(lanes):
        bar = " " if number == right else "|" if lane or number == left else " "
        between = left <= number < right
        cells.append(bar + (stroke if number == right - 1 else "_" if between else " "))
    return "".join(cells).rstrip()


def _trim(lanes: list[str | None]) -> None:
    while lanes and lanes[-1] is None:
        lanes.pop()
