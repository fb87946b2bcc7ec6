"""What every command gets: where it runs, and how to read the project."""

from __future__ import annotations

import functools
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from minimig.cli.terminal import wrapped
from minimig.config import Settings, load_settings
from minimig.config_sources import secrets_of
from minimig.errors import MinimigError, UsageError
from minimig.masking import mask_text, secrets_of_variables
from minimig.stages import Tell, untold

NEXT = "  next:  "
"""What stands before the way on, below an error, a warning or a finding."""

STDOUT = "minimig.stdout"
"""Where `click.Context.meta` holds the stream for results, while another stands in its place."""


@dataclass(frozen=True)
class Session:
    """The global options of one call. `verbosity` is 0 when quiet, 1 as a rule, more with -v.

    `read` makes the configuration of environment variables and overrides where no file is to be looked for. `tell` is
    told what the stages of a command got and gave.
    """

    folder: Path
    config: Path | None
    url: str | None
    extra: tuple[str, ...]
    verbosity: int
    trace: bool = False
    tag: str | None = None
    read: Callable[[Mapping[str, str], Mapping[str, str]], Settings] | None = None
    database: str | None = None
    tell: Tell = untold

    def settings(self) -> Settings:
        """The configuration that holds here. Raises ConfigError."""
        overrides = {} if self.url is None else {"url": self.url}
        for pair in self.extra:
            key, _, value = pair.partition("=")
            if not key:
                raise UsageError(f"-x {pair} names no key", hint="write -x KEY=VALUE, or -x WORD")
            overrides[f"x.{key}"] = value
        if self.read is not None:
            settings = replace(self.read(os.environ, overrides), tag=self.tag)
            return settings if self.database is None else settings.for_database(self.database)
        settings = load_settings(
            self.folder, file=self.config, environ=os.environ, overrides=overrides, database=self.database
        )
        settings = replace(settings, tag=self.tag)
        if self.verbosity > 1:
            click.echo(f"Configuration: {settings.source}", err=True)
        return settings

    def secrets(self) -> frozenset[str]:
        """What no error may show."""
        try:
            return secrets_of(replace(self, verbosity=0).settings())
        except MinimigError:
            return secrets_of_variables(os.environ.items())

    def project(self, settings: Settings | None = None, **watchers: Any) -> Any:
        """The project that holds here, or that of other settings; see docs/reference/library.md."""
        environment = deferred("minimig.environment").load_environment(settings or self.settings())
        return deferred("minimig.commands.project").Project(environment, tell=self.tell, **watchers)

    @property
    def interactive(self) -> bool:
        """Whether there is a person to ask."""
        return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()

    def relative(self, path: Path) -> str:
        """A path as a person here would type it."""
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else str(path)


def pass_session(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a command its Session first; let --database, -v and -q stand behind its name as well as in front.

    No error leaves it that shows a secret of the configuration; with --traceback, where it came from is printed first.
    """

    def chosen(session: Session, /, database: str | None, **options: Any) -> Any:
        return command(replace(session, database=database or session.database), **options)

    option = click.option("--database", metavar="NAME", help="Which database, where there are several.")
    return option(pass_session_alone(functools.update_wrapper(chosen, command)))


def pass_session_alone(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a command that has no use for --database, or has it mean more."""

    @click.option("-v", "--verbose", "more", count=True, help="Say more; may be repeated.")
    @click.option("-q", "--quiet", "less", is_flag=True, help="Say only what was asked for, and errors.")
    @click.option("--traceback", "trace", is_flag=True, help="With an error, show where in the code it came from.")
    @click.pass_context
    def with_session(ctx: click.Context, /, more: int, less: bool, trace: bool, **options: Any) -> Any:
        session: Session = ctx.obj
        try:
            with _only_json(ctx) if options.get("as_json") else nullcontext():
                return command(replace(session, verbosity=0 if less else session.verbosity + more), **options)
        except MinimigError as error:
            secrets = session.secrets()
            error.masked(secrets)
            if trace or session.trace:
                click.echo(mask_text("".join(traceback.format_exception(error)), secrets), err=True)
            raise

    return functools.update_wrapper(with_session, command)


@contextmanager
def _only_json(ctx: click.Context) -> Iterator[None]:
    """What the project's code prints on stdout goes to stderr: whoever reads JSON must find nothing else there."""
    ctx.meta[STDOUT] = sys.stdout
    with redirect_stdout(sys.stderr):
        yield


def _keep_tag(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None and ctx.obj is not None:
        ctx.obj = replace(ctx.obj, tag=value)


tag_option = click.option(
    "--tag", expose_value=False, callback=_keep_tag, metavar="TEXT", help="A word for the env file and data steps."
)


def deferred(module: str) -> Any:
    """A module that few calls of a command have a use for, imported now: the others do not pay for it."""
    return importlib.import_module(module)


def refuse_options(*words: str | None) -> None:
    """Raise UsageError for an option that a command does not have and took for a target, since `-1` is one."""
    for word in words:
        if word is not None and word.startswith("-") and not word[1:2].isdigit():
            raise UsageError(
                f"there is no option {word}", hint=f"run minimig {click.get_current_context().info_name} --help"
            )


def show_error(error: MinimigError) -> None:
    """Print an error: what happened, where, and what to do next."""
    say(error.message, click.style(f"error {error.code}: ", fg="red", bold=True))
    if error.where:
        say(error.where, "  where: ")
    if error.hint:
        say(error.hint, NEXT)


def say(text: str, first: str = "note: ") -> None:
    """Tell something beside the result, on stderr; long texts go on below where they began."""
    outside = click.get_current_context(silent=True) is None  # where click does not know of NO_COLOR
    plain = outside and os.environ.get("NO_COLOR")
    click.echo(wrapped(first, text, sys.stderr), err=True, color=False if plain else None)


def show_problems(problems: Sequence[MinimigError]) -> int:
    """Print what is wrong with a history that was shown as far as it can be read; the exit code that says so."""
    for problem in problems:
        show_error(problem)
    return 1 if problems else 0


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
