"""The commands of minimig inside another program's command line, on an engine and models that the program has.

In: a `Host`, made of an application that is loaded already. Out: a `Session` in place of the one that `minimig` makes
of a configuration file. Everything else is the commands as they are: what a host hands over is a configuration like any
other, in which `engine` and `metadata` name the two functions below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from minimig.cli.context import Session, show_error
from minimig.cli.main import COMMANDS, LazyGroup, begin
from minimig.config import Settings, settings_from
from minimig.errors import ConfigError, MinimigError, nearest

KEY = "minimig.host"
OWN = ("init", "demo", "list-templates")
"""Commands that make a project, and have no place inside one."""
LABEL = "app"
FOLDER = "migrations"


@dataclass(frozen=True)
class Host:
    """What an application brings along.

    `config` are the keys of a minimig.toml, which come first; `where` names the place of that for an error. `engine`
    and `metadata` are asked when a command needs them, and `bind` is the name of the chosen database, if any.
    """

    engine: Callable[[], Any]
    metadata: Callable[[], Any]
    config: Any
    where: str
    bind: str | None = None

    def settings(self, folder: Path, environ: Mapping[str, str], overrides: Mapping[str, str]) -> Settings:
        """The configuration for this application, in `folder`. Raises ConfigError."""
        if not isinstance(self.config, Mapping):
            raise ConfigError(f"{self.where} must be a dictionary, with the keys of a minimig.toml")
        values = dict(self.config)
        if "apps" not in values:
            values.setdefault("metadata", f"{__name__}:metadata")
            values["label"] = self.bind or values.get("label", LABEL)
            values["migrations"] = str(Path(values.get("migrations", FOLDER), self.bind or ""))
        if "databases" in values and "url" not in values:
            values.setdefault("engine", f"{__name__}:engine")  # the application's is the default one of several
        elif "url" not in values and "engine" not in values:
            # Above the variable MINIMIG_URL, which says nothing of binds: each would run on the same database.
            overrides = {**overrides, "engine": f"{__name__}:engine"}
        elif self.bind:
            raise ConfigError(
                f"{self.where} names one database, so there is no --bind {self.bind}",
                hint="take url or engine out of it: the application has them",
            )
        return settings_from(values, folder / self.where, environ=environ, overrides=overrides)


class HostedGroup(LazyGroup):
    """The group `minimig` of another program: its errors are printed, and its exit codes kept, as `minimig` does."""

    table = MappingProxyType({name: found for name, found in COMMANDS.items() if name not in OWN})

    def invoke(self, ctx: click.Context) -> Any:
        try:
            code = super().invoke(ctx)
        except MinimigError as error:
            show_error(error)
            ctx.exit(error.exit_code)
        if isinstance(code, int) and code:
            ctx.exit(code)
        return code


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The global options that make sense where the application says what the database is."""
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="Say only what was asked for, and errors."),
        click.option("-v", "--verbose", count=True, help="Say more; may be repeated."),
        click.option("-x", "extra", multiple=True, metavar="KEY=VALUE", help="A value for the project's env file."),
        click.option("--bind", metavar="NAME", help="Which of the application's databases, if it has several."),
    ):
        command = option(command)
    return command


def enter(host: Host, *, extra: tuple[str, ...], verbose: int, quiet: bool) -> None:
    """Make the commands of this call work on `host`."""
    context = click.get_current_context()
    begin(context)
    context.meta[KEY] = host
    folder = Path.cwd()
    context.obj = Session(
        folder=folder,
        config=None,
        url=None,
        extra=extra,
        verbosity=0 if quiet else 1 + verbose,
        read=lambda environ, overrides: host.settings(folder, environ, overrides),
    )


def chosen(found: Mapping[str | None, Any], bind: str | None, what: str) -> Any:
    """The engine or MetaData of one database. Raises ConfigError for a name that the application does not have."""
    if bind in found:
        return found[bind]
    names = [name for name in found if name is not None]
    hint = f"choose one of its databases: --bind {' or --bind '.join(names)}" if names else None
    if bind is None:
        raise ConfigError(f"the application has no default {what}", hint=hint)
    raise ConfigError(f"the application has no {what} called {bind!r}", hint=nearest(bind, names) or hint)


def engine() -> Any:
    """The engine of the host of this call."""
    return _host().engine()


def metadata() -> Any:
    """The models of the host of this call."""
    return _host().metadata()


def _host() -> Host:
    host: Host = click.get_current_context().meta[KEY]
    return host
