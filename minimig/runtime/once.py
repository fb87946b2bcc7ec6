"""What several threads need and is the same for all of them: the first one that asks makes it, the others wait for it.

They wait for that alone: whoever asks for something else goes on. What cannot be made is not kept, so the next one that
asks tries again and gets an error of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar, cast

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Itself:
    """A key for a large value, equal to nothing but itself. It keeps the value, so that no other is taken for it."""

    value: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


class Once:
    """Things by what they depend on. A thing must not need itself to be made."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Future[Any]] = {}
        self._lock = Lock()

    def __call__(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes, now or when this key was asked for first. Raises what it raises."""
        with self._lock:
            is_first = key not in self._made
            found = self._made.setdefault(key, Future())
        if is_first:
            try:
                found.set_result(make())
            except BaseException as error:
                with self._lock:
                    del self._made[key]
                found.set_exception(error)
                raise
        return cast("T", found.result())
