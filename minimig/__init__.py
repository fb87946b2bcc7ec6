"""minimig: Django's migration workflow for SQLAlchemy.

The public API is listed in `__all__` and documented in `minimig.api`. It is imported when it is first used, so that
`minimig --help`, which imports this package too, answers without importing SQLAlchemy; this is the one place where a
module `__getattr__` (PEP 562) is worth its price.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from minimig.version import __version__

if TYPE_CHECKING:  # for type checkers and editors, which do not call __getattr__
    from minimig.api import apply, diff, migrate, named, reflect, reverse, script, snapshot, source, sql
    from minimig.runtime.retrying import Patience

__all__ = [
    "Patience",
    "__version__",
    "apply",
    "diff",
    "migrate",
    "named",
    "reflect",
    "reverse",
    "script",
    "snapshot",
    "source",
    "sql",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("minimig.api"), name)
    raise AttributeError(f"module 'minimig' has no attribute {name!r}")
