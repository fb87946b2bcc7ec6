"""`--ddl-lock-timeout` and other options of care, and what is said of a run that takes its time."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from typing import Any

import click

from minimig.cli.printing import StepPrinter
from minimig.commands.executing import Waits
from minimig.config import Settings
from minimig.runtime.events import CheckSkipped, Crowded, Progressed, Retrying

_LOCK = click.option(
    "--ddl-lock-timeout",
    type=click.FloatRange(min=0),
    show_default=f"{Settings.ddl_lock_timeout:g}, or ddl_lock_timeout",
    metavar="SECONDS",
    help="How long a statement waits for tables that others use; then it is tried again.",
)
_STATEMENT = click.option(
    "--statement-timeout",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    show_default="as the database has it, or statement_timeout",
    help="How long a statement may run.",
)
_ATTEMPTS = click.option(
    "--attempts",
    type=click.IntRange(min=1),
    show_default=f"{Settings.attempts}, or attempts",
    metavar="N",
    help="How often that is tried which another session was in the way of.",
)


_PRECHECK = click.option(
    "--no-precheck", is_flag=True, help="Do not look for rows, rights or room that would stop the run before it begins."
)


_ONE_BY_ONE = click.option(
    "--one-by-one", is_flag=True, help="Run each migration, also where a fresh database would get what many lead to."
)


def care_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, and hand them to it as `care`: arguments of MigrateOptions."""

    def with_care(
        *,
        ddl_lock_timeout: float | None,
        statement_timeout: float | None,
        attempts: int | None,
        no_precheck: bool,
        one_by_one: bool,
        **options: Any,
    ) -> Any:
        patience = Waits(ddl_lock_timeout, statement_timeout, attempts)
        care = {"patience": patience, "precheck": not no_precheck, "one_by_one": one_by_one}
        return command(care=care, **options)

    decorated: Callable[..., Any] = functools.update_wrapper(with_care, command)
    return _LOCK(_STATEMENT(_ATTEMPTS(_PRECHECK(_ONE_BY_ONE(decorated)))))


class Meanwhile:
    """What happens while the line of a step stands open: rows that are done, on a terminal alone; another attempt."""

    REST = 0.2
    """Seconds between two changes of the line."""

    def __init__(self) -> None:
        self._shown = 0.0

    def say(self, event: Progressed | Retrying | CheckSkipped | Crowded, lines: StepPrinter) -> None:
        """Rewrite the line, or say on stderr what is waited for."""
        if isinstance(event, CheckSkipped):
            words = f"rows were not looked at before the run ({event.reason}): any {event.what}"
            click.echo(f"warning: {event.step.revision}: {words}", err=True)
            return
        if isinstance(event, Crowded):
            click.echo(f"warning: {crowded_words(event)}", err=True)
            return
        terminal = sys.stdout.isatty()
        if isinstance(event, Retrying):
            if terminal:
                click.echo()
            click.echo(
                f"  {event.step.revision}: another session is in the way ({event.reason});"
                f" trying again in {event.seconds:.1f} s ({event.attempt} of {event.attempts} attempts failed)",
                err=True,
            )
            if terminal:
                lines.again()
        elif terminal and (event.done >= event.total or time.monotonic() - self._shown >= self.REST):
            self._shown = time.monotonic()
            lines.again(progress_words(event))


def crowded_words(event: Crowded) -> str:
    """What is wrong with one transaction for all, and the way out."""
    return (
        f"this run is one transaction that takes about {event.locks:,} locks, and the server has room for about"
        f' {event.room:,} (max_locks_per_transaction times max_connections): it may stop with "out of shared memory"'
        " and leave nothing behind; leave --atomic-run out, or raise max_locks_per_transaction"
    )


def progress_words(event: Progressed) -> str:
    """`12,000 of 100,000 rows, 24,000/s, 4 s left`."""
    words = [f"{event.done:,} of {event.total:,} rows"]
    if event.speed is not None and event.left is not None:
        words += [f"{event.speed:,.0f}/s", f"{_duration(event.left)} left"]
    return ", ".join(words)


def _duration(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"
