"""NOOP: the reverse of a step that needs none."""

from __future__ import annotations

from enum import Enum


class Noop(Enum):
    """The one value says that there is nothing to do; that a step cannot be taken back is said by giving nothing."""

    NOOP = "noop"

    def __repr__(self) -> str:
        return "NOOP"


NOOP = Noop.NOOP
