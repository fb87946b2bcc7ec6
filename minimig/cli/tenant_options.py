"""The options with which a command turns to the tenants, as one value."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from minimig.errors import UsageError


@dataclass(frozen=True)
class TenantChoice:
    """Which tenants, and how many of them at a time; `names` is empty for all."""

    names: tuple[str, ...] = ()
    workers: int = 4
    canaries: int = 0
    stop_after: int | None = None
    retry_failed: bool = False


def tenants_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a command that looks a `tenants`: a TenantChoice, or None where it is about the database."""

    def chosen(*args: Any, tenants: bool, names: tuple[str, ...], workers: int, **options: Any) -> Any:
        choice = TenantChoice(names, workers) if tenants or names else None
        return command(*args, tenants=choice, **options)

    return _all(chosen, command, _WHICH)


def tenant_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a command that acts."""

    def chosen(
        *args: Any,
        tenants: bool,
        names: tuple[str, ...],
        workers: int,
        canaries: int,
        stop_after: int | None,
        retry_failed: bool,
        **options: Any,
    ) -> Any:
        wanted = tenants or names or retry_failed
        if not wanted and (canaries or stop_after):
            raise UsageError("--canaries and --stop-after are for --tenants", hint="add --tenants")
        choice = TenantChoice(names, workers, canaries, stop_after, retry_failed) if wanted else None
        return command(*args, tenants=choice, **options)

    return _all(chosen, command, (*_WHICH, *_HOW))


_WHICH = (
    click.option("--tenants", is_flag=True, help="On every tenant."),
    click.option("--tenant", "names", multiple=True, metavar="NAME", help="On this tenant; may be repeated."),
    click.option(
        "--workers", type=click.IntRange(min=1), default=4, show_default=True, help="How many tenants at a time."
    ),
)
_HOW = (
    click.option(
        "--canaries",
        type=click.IntRange(min=0),
        default=0,
        metavar="K",
        help="Run the first K tenants alone; go on when they succeed.",
    ),
    click.option(
        "--stop-after", type=click.IntRange(min=1), metavar="K", help="Begin nothing new after K tenants have failed."
    ),
    click.option("--retry-failed", is_flag=True, help="Only the tenants that the last run left behind."),
)


def _all(
    chosen: Callable[..., Any], command: Callable[..., Any], options: tuple[Callable[..., Any], ...]
) -> Callable[..., Any]:
    wrapped: Callable[..., Any] = functools.update_wrapper(chosen, command)
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped
