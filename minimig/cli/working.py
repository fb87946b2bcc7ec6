"""A bar on stderr for what is long before there is anything to say: thousands of revision files are read."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TextIO

from minimig.cli.bar import Progress, bar_text
from minimig.cli.context import Session
from minimig.cli.open_line import OpenLine
from minimig.stages import untold

AFTER = 0.5
"""Seconds of work before a bar appears: what is quick shows none."""

ROOMY = 60
"""With less room than this, what is done is told in its first word."""


class WorkBar:
    """Listens to a Project's `on_work`. It goes when the work is done, and before anything else is printed."""

    def __init__(self, stream: TextIO, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._line = OpenLine(stream, clock)
        self._quiet = quiet
        self._clock = clock
        self._what = ""
        self._began = 0.0

    def listen(self, what: str, done: int, total: int) -> None:
        """So many of the things are done now."""
        if self._quiet:
            return
        if what != self._what:
            self._what, self._began = what, self._clock()
        took = self._clock() - self._began
        if done >= total:
            self.clear()
        elif took >= AFTER:
            progress = Progress.since(done, total, "", took)
            self._show(partial(self._text, progress))

    def _text(self, progress: Progress, room: int) -> str:
        first = f"{self._what if room >= ROOMY else self._what.partition(' ')[0]}  "
        return first + bar_text(progress, room - len(first), self._stream)

    def _show(self, text: Callable[[int], str]) -> None:
        try:
            self._line.show(text)
        except OSError:  # a terminal that is gone must stop no work
            self._quiet = True

    def clear(self) -> None:
        """Take the bar away."""
        try:
            self._line.clear()
        except OSError:
            self._quiet = True


@contextmanager
def work_shown(session: Session) -> Iterator[WorkBar]:
    """A bar for the work that is done inside; nothing of it is left behind, however that ends."""
    bar = WorkBar(sys.stderr, quiet=session.verbosity == 0 or session.tell is not untold)
    try:
        yield bar
    finally:
        bar.clear()
