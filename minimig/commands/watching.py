"""Who watches long work: told what is being done, how much of it is done, and of how much at most."""

from __future__ import annotations

from collections.abc import Callable

OnWork = Callable[[str, int, int], None]

READING = "Reading revision files"
CHECKING = "Checking the ways back"


def unwatched(what: str, done: int, total: int) -> None:
    """Nobody watches."""
