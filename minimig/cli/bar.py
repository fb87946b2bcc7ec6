"""A bar for long work: how much is done, how fast it goes, how long the rest takes, in the room that there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil
from typing import TextIO

import click

from minimig.cli.terminal import can_show

FINE = "━─"
PLAIN = "#."
"""What is done and what is left, for those who have the characters, and for everybody."""


@dataclass(frozen=True)
class Progress:
    """`done` of about `total` things (`rows`), `speed` of them a second; None while nobody can know."""

    done: int
    total: int
    things: str
    speed: float | None = None

    @classmethod
    def since(cls, done: int, total: int, things: str, seconds: float) -> Progress:
        """What was done in this many seconds, all of it."""
        return cls(done, total, things, done / seconds if seconds > 0 and done > 0 else None)

    @property
    def count(self) -> str:
        """`12,000 of 100,000 rows`."""
        return f"{self.done:,} of {self.total:,} {self.things}".rstrip()

    @property
    def rate(self) -> str:
        """`24,000/s`, or nothing."""
        return "" if self.speed is None else f"{self.speed:,.0f}/s" if self.speed >= 1 else f"{self.speed * 60:.0f}/min"

    @property
    def rest(self) -> str:
        """`4 s left`, or nothing."""
        if not self.speed:
            return ""
        return f"{duration(max(self.total - self.done, 0) / self.speed)} left"


def duration(seconds: float) -> str:
    """`4 s`, `2 min 5 s`, `1 h 3 min`."""
    whole = ceil(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"


def bar_text(progress: Progress, room: int, stream: TextIO, about: str = "") -> str:
    """The bar with its words, as much of it as the room allows; `about` stands behind it as a whole or not at all."""
    found = next((each for each in _forms(progress, about) if _length(*each) <= room), None)
    if found is None:
        return f"{_share(progress):.0%}"[:room]
    width, words = found
    return f"{_bar(progress, width, stream)}  {words}" if width else words


def _forms(progress: Progress, about: str) -> Iterator[tuple[int, str]]:
    """What may be shown, the fullest first: the width of the bar, and the words."""
    count, bare, rate, rest = progress.count, replace(progress, things="").count, progress.rate, progress.rest
    full, short, least = (
        ", ".join(filter(None, parts)) for parts in ((count, rate, rest), (count, rest), (bare, rest))
    )
    yield 20, f"{full}  {about}".rstrip()
    yield from ((20, full), (10, full), (10, short), (10, least), (6, least), (0, least), (0, bare))


def _length(width: int, words: str) -> int:
    return width + 2 + len(words) if width else len(words)


def _share(progress: Progress) -> float:
    return min(progress.done / progress.total, 1.0) if progress.total > 0 else 1.0


def _bar(progress: Progress, width: int, stream: TextIO) -> str:
    signs = FINE if can_show(stream, FINE) else PLAIN
    done = int(_share(progress) * width)
    return click.style(signs[0] * done, fg="cyan") + click.style(signs[1] * (width - done), dim=True)
