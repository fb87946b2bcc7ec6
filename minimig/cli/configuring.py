"""`minimig config`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import click

from minimig.cli.context import Session, pass_session
from minimig.cli.printing import json_option, print_json
from minimig.commands.configuring import configuration
from minimig.config_sources import DEFAULT, Value


@click.command
@json_option
@pass_session
def config(session: Session, as_json: bool) -> int:
    """Show every setting and where it comes from; passwords are masked. The database is not touched.

    \b
    Examples:
      minimig config
      minimig --url sqlite:///other.db config     (what that would change)
      minimig config --json
    """
    result = configuration(session.settings())
    if as_json:
        print_json("config", result.to_dict())
    else:
        click.echo(f"Configuration: {result.source}")
        _print(session, result.values)
        if result.code:
            click.echo("Set by code:")
            _print(session, result.code)
    if result.problem is not None:
        raise result.problem
    return 0


def _print(session: Session, values: Sequence[Value]) -> None:
    width = max(len(each.name) for each in values)
    for each in values:
        name, source = each.name.ljust(width), f"({_near(session, each.source)})"
        if each.source == DEFAULT:  # in the background: what somebody has set is what is looked for
            click.echo(click.style(f"  {name} = {_words(each.value)}  {source}", dim=True))
        else:
            click.echo(f"  {click.style(name, bold=True)} = {_words(each.value)}  {click.style(source, dim=True)}")


def _near(session: Session, source: str) -> str:
    """Where a value comes from, a file as a person here would type it."""
    return source.replace(f"{session.folder}{os.sep}", "")


def _words(value: Any) -> str:
    if value is None or value == []:
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {held}" for key, held in value.items())
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)
