"""Commands that other packages bring: `minimig NAME`, by the entry point group `minimig.commands`.

In: the name of a command that is none of minimig's. Out: the click command that an installed package publishes under
it. Nothing is searched while minimig's own commands run, and nothing is imported to list the names. Unlike a plugin,
which changes what minimig does, a command is only there for whoever types its name, so no configuration has to name it.
"""

from __future__ import annotations

import traceback
from importlib.metadata import EntryPoint, entry_points

import click

from minimig.errors import ConfigError

GROUP = "minimig.commands"


def plugged_commands() -> dict[str, str]:
    """The names of all such commands, each with the packages that bring it."""
    found: dict[str, list[str]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        found.setdefault(point.name, []).append(_package(point))
    return {name: ", ".join(dict.fromkeys(packages)) for name, packages in found.items()}


def plugged_command(name: str) -> click.Command | None:
    """The command of this name, None when no package brings one.

    Raises ConfigError when several bring it, when it cannot be imported, and for what is no click command.
    """
    found = list(entry_points(group=GROUP, name=name))
    if not found:
        return None
    if len({point.value for point in found}) > 1:
        raise ConfigError(
            f"the command {name} is brought by several packages: {', '.join(map(_package, found))}",
            hint="uninstall all but one of them",
        )
    where = f"entry point {name} = {found[0].value} of {_package(found[0])}"
    try:
        command = found[0].load()
    except (Exception, SystemExit) as error:
        last_line = traceback.format_exception_only(error)[-1].strip()
        raise ConfigError(f"the command {name} cannot be imported: {last_line}", where=where) from error
    if not isinstance(command, click.Command):
        raise ConfigError(f"the command {name} is {type(command).__name__}, not a click command", where=where)
    return command


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value
