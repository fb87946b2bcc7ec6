"""One command over all databases: each under a heading, the first that fails ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import click

from minimig.cli.context import Session
from minimig.cli.printing import print_json
from minimig.commands.databases import living_in, run_order
from minimig.config import Settings
from minimig.errors import MinimigError, UsageError

Emit = Callable[[Mapping[str, Any]], None]
One = Callable[[Settings, Emit], int]
"""A command on one database: its settings, and what takes the result for JSON; returns the exit code."""


def over_databases(
    session: Session,
    command: str,
    one: One,
    *,
    as_json: bool,
    order: Callable[[Settings], Sequence[str]] = lambda settings: tuple(settings.databases),
    of_tenants: One | None = None,
) -> int:
    """Run a command on the database that is chosen, else on all; returns the highest exit code.

    `of_tenants` is what it does for the apps that live with the tenants and in no database, if anything; it comes last.

    A failure stops the run: what was done and what was not reached is told, and the error raised with the database as
    its place. For JSON there is one list for all.
    """
    settings = session.settings()
    if settings.database is not None:
        return one(settings, partial(print_json, command))
    names = order(settings)
    beside = of_tenants if settings.apps_of_tenants else None
    told: list[Mapping[str, Any]] = []
    codes = [0]
    for number, name in enumerate(names):
        if session.verbosity and not as_json and (len(names) > 1 or beside is not None):
            click.echo(f"{'' if number == 0 else chr(10)}{click.style(f'Database {name}', bold=True)}")
        try:
            codes.append(one(settings.for_database(name), partial(_note, told, name)))
        except MinimigError as error:
            left = names[number + 1 :]
            if as_json:
                print_json(command, {"databases": told, "failed": name, "not_reached": list(left)})
            _say_where_it_stopped(names[:number], name, left)
            raise error.at(f"database {name}") from error
    if beside is not None:
        if session.verbosity and not as_json:
            click.echo(f"\n{click.style('Tenants', bold=True)}")
        codes.append(beside(settings.of_tenants(), partial(_note, told, "tenants")))
    if as_json:
        print_json(command, {"databases": told, "failed": None, "not_reached": []})
    return max(codes)


def home_of(app: str | None, settings: Settings) -> Settings:
    """What holds where an app lives, for a command that connects to nothing; else the settings as they are.

    With several databases, it is open which is meant where the app lives in none, or in more than one.
    """
    label = (app or "").partition(".")[0]
    if settings.database is not None:
        return settings
    if label in settings.apps_of_tenants:
        return settings.of_tenants()
    homes = living_in(settings, label)
    return settings.for_database(homes[0]) if len(homes) == 1 else settings


def homes_of(app: str | None, settings: Settings) -> Sequence[str]:
    """The databases that a target of this app is about, as a run visits them. Raises UsageError for any other word."""
    if settings.database is not None:
        return (settings.database,)
    if app is None:
        return run_order(settings)
    label = app.partition(".")[0]
    if label not in settings.all_apps:
        settings.require_database()
    if label in settings.apps_of_tenants:
        raise UsageError(f"the app {label} lives with the tenants", hint="add --tenants, or --tenant NAME")
    homes = living_in(settings, label)
    return [name for name in run_order(settings) if name in homes]


def _note(told: list[Mapping[str, Any]], name: str, data: Mapping[str, Any]) -> None:
    told.append({"name": name, **data})


def _say_where_it_stopped(done: Sequence[str], failed: str, left: Sequence[str]) -> None:
    click.echo(
        f"Stopped at the database {failed}; done: {', '.join(done) or 'none'};"
        f" not reached: {', '.join(left) or 'none'}.",
        err=True,
    )
