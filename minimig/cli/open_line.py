"""The last line of a terminal, which is written over while work goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import RLock, Timer
from typing import Any, TextIO

import click

from minimig.cli.terminal import can_rewrite, width_of

Text = Callable[[int], str]
"""What to show, given how many characters there is room for."""


class Beside:
    """A stream for whoever prints while a line is open: that goes first, and what is printed begins at the left."""

    def __init__(self, stream: TextIO, clear: Callable[[], object]) -> None:
        self._stream = stream
        self._clear = clear

    def write(self, text: str) -> int:
        """Write below what stands."""
        self._clear()
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class OpenLine:
    """Shows one text at a time, at most five a second; nothing at all where a line cannot be written over.

    What comes too soon is shown a moment later, unless something newer has come: the line never stays behind the work,
    though no event may follow for an hour.
    """

    REST = 0.2
    """Seconds between two changes of the line."""

    def __init__(
        self, stream: TextIO, clock: Callable[[], float] = time.monotonic, timer: Callable[..., Timer] = Timer
    ) -> None:
        self.works = can_rewrite(stream)
        context = click.get_current_context(silent=True)
        self._plain = context is not None and context.color is False  # asked now: a timer's thread has no context
        self._stream = stream
        self._clock = clock
        self._timer = timer
        self._guard = RLock()  # a timer writes from a thread of its own
        self._last = float("-inf")
        self._open = False
        self._waits: Timer | None = None
        self._next: Text | None = None

    @property
    def room(self) -> int:
        """How many characters the line may have; the last column stays free, as some terminals break there."""
        return (width_of(self._stream) or 80) - 1

    def show(self, text: Text, *, at_once: bool = False) -> None:
        """Put a text in the line; the end of some work is shown `at_once`."""
        if not self.works:
            return
        with self._guard:
            rest = self.REST - (self._clock() - self._last)
            if at_once or rest <= 0:
                self._draw(text)
                return
            self._next = text
            if self._waits is None:
                self._waits = self._timer(rest, self._late)
                self._waits.daemon = True
                self._waits.start()

    def clear(self) -> bool:
        """Take the text away, if there is one: what is printed next begins at the left."""
        with self._guard:
            self._forget()
            was, self._open = self._open, False
            if was:
                self._write("\r\x1b[K")
            return was

    def _late(self) -> None:
        with self._guard:
            text, self._waits = self._next, None
            if text is None:
                return
            try:
                self._draw(text)
            except (OSError, ValueError):  # nobody watches any more, or the stream is closed: no reason to say so
                self.works = False

    def _draw(self, text: Text) -> None:
        self._forget()
        self._last, self._open = self._clock(), True
        words = text(self.room)
        self._write(f"\r{click.unstyle(words) if self._plain else words}\x1b[K")

    def _forget(self) -> None:
        self._next = None
        if self._waits is not None:
            self._waits.cancel()
            self._waits = None

    def _write(self, text: str) -> None:
        click.echo(text, nl=False, file=self._stream, color=True)  # without colours, it would take the rest as well
        self._stream.flush()
