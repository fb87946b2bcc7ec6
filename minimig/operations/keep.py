"""The value that says "leave it as it is", where None already means "drop it"."""

from __future__ import annotations

from enum import Enum
from typing import Any


class Keep(Enum):
    """A single value, so that type checkers can tell it from everything else."""

    KEEP = "keep"

    def __repr__(self) -> str:
        return "KEEP"


KEEP = Keep.KEEP


def given(**arguments: Any) -> dict[str, Any]:
    """Those keyword arguments that say something: neither KEEP nor, for `schema`, None."""
    return {
        name: value
        for name, value in arguments.items()
        if value is not KEEP and not (value is None and name in _NONE_IS_ABSENT)
    }


_NONE_IS_ABSENT = frozenset({"schema", "fill", "using", "before", "after"})
