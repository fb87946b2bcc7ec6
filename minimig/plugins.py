"""Plugins: installed packages that swap parts of minimig, as the project's own env file does.

A package publishes a function `configure(environment) -> environment` in the entry point group `minimig.plugins`. Only
those that the configuration names are loaded, in that order: what is merely installed changes nothing, and where none
is named nothing is searched. (Alembic loads every installed plugin, and lets a configuration leave parts of them out.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from minimig.errors import ConfigError, nearest
from minimig.targets import guarded

GROUP = "minimig.plugins"


def load_plugins(names: Sequence[str], root: Path, source: Path | None) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """The plugins of these names, in this order, each with its function. Use it inside `import_path(root)`.

    Raises ConfigError for a name that no installed package has, or several have, and for what is no function.
    """
    if not names:
        return
    there = entry_points(group=GROUP)
    where = None if source is None else f"`plugins` in {source}"
    for name in names:
        yield name, _load(name, list(there.select(name=name)), there.names, root, where)


def _load(
    name: str, found: Sequence[EntryPoint], known: set[str], root: Path, where: str | None
) -> Callable[[Any], Any]:
    if not found:
        raise ConfigError(
            f"there is no plugin {name}",
            where=where,
            hint=nearest(name, known)
            or "install the package that brings it into this environment: it has an entry point"
            f" {name} in the group {GROUP}",
        )
    values = sorted({point.value for point in found})
    if len(values) > 1:
        raise ConfigError(
            f"the plugin {name} is brought by several packages: {', '.join(values)}",
            where=where,
            hint="uninstall all but one of them",
        )
    configure: Any = guarded(found[0].load, f"the plugin {name} ({values[0]}) cannot be imported", root, ConfigError)
    if not callable(configure):
        raise ConfigError(
            f"the plugin {name} ({values[0]}) is {type(configure).__name__}, not a function",
            where=where,
            hint="its entry point must name a function `configure(environment)`",
        )
    function: Callable[[Any], Any] = configure
    return function
