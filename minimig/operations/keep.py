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
    """Those keyword arguments that say something: neither KEEP nor what an argument is when it is left out."""
    return {name: value for name, value in arguments.items() if value is not KEEP and not _absent(name, value)}


def _absent(name: str, value: Any) -> bool:
    return name in _LEFT_OUT and value is _LEFT_OUT[name]


_LEFT_OUT = {
    "schema": None,
    "fill": None,
    "using": None,
    "before": None,
    "after": None,
    "if_exists": False,
    "if_not_exists": False,
    "cascade": False,
}
