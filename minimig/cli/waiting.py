"""`--ddl-lock-timeout` and other options of care, and what is said of a run that takes its time."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from minimig.cli.bar import Progress
from minimig.cli.context import say
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


def say_meanwhile(event: Progressed | Retrying | CheckSkipped | Crowded, lines: StepPrinter) -> None:
    """While the line of a step stands open: a bar for rows that are done, on a terminal alone; what is waited for."""
    if isinstance(event, CheckSkipped):
        words = f"rows were not looked at before the run ({event.reason}): any {event.what}"
        say(f"{event.step.revision}: {words}", "warning: ")
    elif isinstance(event, Crowded):
        say(crowded_words(event), "warning: ")
    elif isinstance(event, Progressed):
        lines.meanwhile(rows_done(event), at_once=event.done >= event.total)
    else:
        again = f"trying again in {event.seconds:.1f} s ({event.attempt} of {event.attempts} attempts failed)"
        with lines.interrupted():
            say(f"{event.step.revision}: another session is in the way ({event.reason}); {again}", "  ")


def crowded_words(event: Crowded) -> str:
    """What is wrong with one transaction for all, and the way out."""
    return (
        f"this run is one transaction that takes about {event.locks:,} locks, and the server has room for about"
        f' {event.room:,} (max_locks_per_transaction times max_connections): it may stop with "out of shared memory"'
        " and leave nothing behind; leave --atomic-run out, or raise max_locks_per_transaction"
    )


def rows_done(event: Progressed) -> Progress:
    """How far a walk along a table is; its speed is that of this run."""
    return Progress(event.done, event.total, "rows", event.speed)
