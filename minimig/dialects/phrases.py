"""What was said about a table once, kept to be said again: the rehearsal of a step makes the texts that its run sends.

The keys are the frozen states themselves, by identity; a text is made from nothing else, on one dialect. An editor has
phrases of its own until it is given those of another one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")


class Phrases:
    """Texts by what they are called and what they speak of."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, tuple[int, ...]], tuple[tuple[object, ...], object]] = {}

    def once(self, name: str, about: tuple[object, ...], say: Callable[[], T]) -> T:
        """What `say` makes of these states: asked for again, it is not made again."""
        key = name, tuple(map(id, about))
        if key not in self._said:
            self._said[key] = about, say()  # the states are kept with it, so that no other gets their identity
        return cast("T", self._said[key][1])
