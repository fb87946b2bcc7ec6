"""minimig: Django's migration workflow for SQLAlchemy.

The public API is listed in `__all__` and documented in docs/reference/library.md. It is imported when it is first used,
so that `minimig --help`, which imports this package too, answers without importing SQLAlchemy; this is the one place
where a module `__getattr__` (PEP 562) is worth its price.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from minimig.version import __version__

if TYPE_CHECKING:  # for type checkers and editors, which do not call __getattr__
    from minimig.api import apply, diff, named, reflect, reverse, snapshot, source, sql
    from minimig.library import (
        accept,
        downgrade,
        ensure_version,
        forget,
        init,
        makemigrations,
        merge,
        open_project,
        optimizemigration,
        prune,
        rebase,
        showmigrations,
        sqlmigrate,
        squashmigrations,
        stamp,
        tag,
        tags,
        untag,
        upgrade,
    )
    from minimig.looking import (
        branches,
        check,
        compare,
        configuration,
        current,
        diagnose,
        explore,
        graph,
        heads,
        history,
        inspectdb,
        repairs,
        show,
        take_snapshot,
        templates,
    )
    from minimig.migrating import migrate, migrate_async, pending, run_async
    from minimig.runtime.retrying import Patience
    from minimig.scripting import script

__all__ = [
    "Patience",
    "__version__",
    "accept",
    "apply",
    "branches",
    "check",
    "compare",
    "configuration",
    "current",
    "diagnose",
    "diff",
    "downgrade",
    "ensure_version",
    "explore",
    "forget",
    "graph",
    "heads",
    "history",
    "init",
    "inspectdb",
    "makemigrations",
    "merge",
    "migrate",
    "migrate_async",
    "named",
    "open_project",
    "optimizemigration",
    "pending",
    "prune",
    "rebase",
    "reflect",
    "repairs",
    "reverse",
    "run_async",
    "script",
    "show",
    "showmigrations",
    "snapshot",
    "source",
    "sql",
    "sqlmigrate",
    "squashmigrations",
    "stamp",
    "tag",
    "tags",
    "take_snapshot",
    "templates",
    "untag",
    "upgrade",
]

_ROOMS = {
    "minimig.api": ("apply", "diff", "named", "reflect", "reverse", "snapshot", "source", "sql"),
    "minimig.library": (
        "accept",
        "downgrade",
        "ensure_version",
        "forget",
        "init",
        "makemigrations",
        "merge",
        "open_project",
        "optimizemigration",
        "prune",
        "rebase",
        "showmigrations",
        "sqlmigrate",
        "squashmigrations",
        "stamp",
        "tag",
        "tags",
        "untag",
        "upgrade",
    ),
    "minimig.looking": (
        "branches",
        "check",
        "compare",
        "configuration",
        "current",
        "diagnose",
        "explore",
        "graph",
        "heads",
        "history",
        "inspectdb",
        "repairs",
        "show",
        "take_snapshot",
        "templates",
    ),
    "minimig.runtime.retrying": ("Patience",),
    "minimig.scripting": ("script",),
    "minimig.migrating": ("migrate", "migrate_async", "pending", "run_async"),
}


def __getattr__(name: str) -> Any:
    room = next((room for room, names in _ROOMS.items() if name in names), None)
    if room is None:
        raise AttributeError(f"module 'minimig' has no attribute {name!r}")
    return getattr(importlib.import_module(room), name)
