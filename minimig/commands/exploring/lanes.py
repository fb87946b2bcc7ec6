"""The graph of revisions as lines beside a list: which lane each revision is in, and which one each line takes.

In: revisions, oldest first, with the parents in their own app. Out: lane numbers. Each app has lanes of its own, side
by side; within an app a lane is taken again once its line has ended. Two lines never share a lane at the same height.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """A revision as the list has it; its parents stand before it, and belong to the same app."""

    revision: str
    app: str
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A line from a parent to a child, both by their place in the list, that runs down in one lane between them."""

    parent: int
    child: int
    lane: int


@dataclass(frozen=True)
class Lanes:
    """The lane of each revision of the list, the lines between them, and how many lanes there are."""

    lane_of: tuple[int, ...]
    lines: tuple[Line, ...]
    width: int


def lanes(places: Sequence[Place]) -> Lanes:
    """Lay out a list of revisions."""
    lane_of = [0] * len(places)
    lines: list[Line] = []
    offset = 0
    for app in dict.fromkeys(place.app for place in places):
        own = [number for number, place in enumerate(places) if place.app == app]
        found = _App(places, own)
        for number in own:
            lane_of[number] = offset + found.lane_of[number]
        lines += [Line(line.parent, line.child, offset + line.lane) for line in found.lines]
        offset += max(found.busy_until, default=-1) + 1
    return Lanes(tuple(lane_of), tuple(lines), offset)


@dataclass
class _App:
    """The lanes of one app, filled from the oldest revision on. `busy_until` is the last row a lane is taken at."""

    places: Sequence[Place]
    own: Iterable[int]
    lane_of: dict[int, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    busy_until: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        children = self._children()
        for number in self.own:
            if number not in self.lane_of:
                self._take(self._free(number), number, number)
            self._part(number, children.get(number, ()))

    def _children(self) -> Mapping[int, Sequence[int]]:
        numbers = {self.places[number].revision: number for number in self.own}
        found: dict[int, list[int]] = {}
        for number in self.own:
            for parent in self.places[number].parents:
                if parent in numbers:
                    found.setdefault(numbers[parent], []).append(number)
        return found

    def _part(self, number: int, children: Sequence[int]) -> None:
        """Lead a line to each child: to one that has a lane already in the parent's own, which it then joins."""
        lane = self.lane_of[number]
        placed = [child for child in children if child in self.lane_of]
        for child in placed:
            self.busy_until[lane] = max(self.busy_until[lane], child)
            self.lines.append(Line(number, child, lane))
        for child in (child for child in children if child not in placed):
            new = lane if self.busy_until[lane] <= number else self._free(number)
            self._take(new, child, child)
            self.lines.append(Line(number, child, new))

    def _take(self, lane: int, number: int, until: int) -> None:
        self.lane_of[number] = lane
        self.busy_until[lane] = until

    def _free(self, row: int) -> int:
        lane = 0
        while self.busy_until.get(lane, -1) >= row:
            lane += 1
        return lane
