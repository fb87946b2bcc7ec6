"""What every command gets: where it runs, and how to read the project."""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from minimig.config import Settings, load_settings
from minimig.errors import MinimigError, UsageError


@dataclass(frozen=True)
class Session:
    """The global options of one call. `verbosity` is 0 when quiet, 1 as a rule, more with -v."""

    folder: Path
    config: Path | None
    url: str | None
    extra: tuple[str, ...]
    verbosity: int
    database: str | None = None

    def settings(self) -> Settings:
        """The configuration that holds here. Raises ConfigError."""
        overrides = {} if self.url is None else {"url": self.url}
        for pair in self.extra:
            key, separator, value = pair.partition("=")
            if not separator or not key:
                raise UsageError(f"-x {pair} is not KEY=VALUE")
            overrides[f"x.{key}"] = value
        settings = load_settings(
            self.folder, file=self.config, environ=os.environ, overrides=overrides, database=self.database
        )
        if self.verbosity > 1:
            click.echo(f"Configuration: {settings.source}", err=True)
        return settings

    @property
    def interactive(self) -> bool:
        """Whether there is a person to ask."""
        return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()

    def relative(self, path: Path) -> str:
        """A path as a person here would type it."""
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else str(path)


def pass_session(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a command its Session first; let --database, -v and -q stand behind its name as well as in front."""

    def chosen(session: Session, /, database: str | None, **options: Any) -> Any:
        return command(replace(session, database=database or session.database), **options)

    option = click.option("--database", metavar="NAME", help="Which database, where there are several.")
    return option(pass_session_alone(functools.update_wrapper(chosen, command)))


def pass_session_alone(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a command that has no use for --database, or has it mean more."""

    @click.option("-v", "--verbose", "more", count=True, help="Say more; may be repeated.")
    @click.option("-q", "--quiet", "less", is_flag=True, help="Say only what was asked for, and errors.")
    @click.pass_context
    def with_session(ctx: click.Context, /, more: int, less: bool, **options: Any) -> Any:
        session: Session = ctx.obj
        return command(replace(session, verbosity=0 if less else session.verbosity + more), **options)

    return functools.update_wrapper(with_session, command)


def deferred(module: str) -> Any:
    """A module that few calls of a command have a use for, imported now: the others do not pay for it."""
    return importlib.import_module(module)


def show_error(error: MinimigError) -> None:
    """Print an error: what happened, where, and what to do next."""
    click.echo(click.style("error: ", fg="red", bold=True) + error.message, err=True)
    if error.where:
        click.echo(f"  where: {error.where}", err=True)
    if error.hint:
        click.echo(f"  next:  {error.hint}", err=True)


@contextmanager
def printing() -> Iterator[None]:
    """What is printed is no part of the answer: the exit code stays the same though nobody reads on (`diff | head`)."""
    try:
        yield
    except BrokenPipeError:
        reader_is_gone()


def reader_is_gone() -> None:
    """Nobody reads stdout any more (`minimig showmigrations | head`): what is still to be said goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
