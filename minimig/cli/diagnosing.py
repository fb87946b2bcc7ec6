"""`minimig diagnose`."""

from __future__ import annotations

import sys

import click

from minimig.cli.context import Session, pass_session, printing
from minimig.cli.printing import json_option, plural, print_json
from minimig.cli.terminal import wrapped
from minimig.commands.diagnosing import Diagnosis
from minimig.commands.diagnosing import diagnose as diagnose_project


@click.command()
@click.option("--no-schema", is_flag=True, help="Leave out the live schema: only files and history.")
@json_option
@pass_session
def diagnose(session: Session, no_schema: bool, as_json: bool) -> int:
    """Tell in one verdict how files, history and live schema stand, and what to do about it.

    Changes nothing and takes no lock. Exit 0 when all is well, 4 when something is to come or differs, 6 when a run is
    at work, 7 when history and files disagree, 1 when the database or a file cannot be read; the worst counts.

    \b
    Examples:
      minimig diagnose
      minimig diagnose --no-schema --json      (for a probe, every minute)
    """
    found = diagnose_project(session.project(), schema=not no_schema)
    with printing():
        if as_json:
            print_json("diagnose", found.to_dict())
        else:
            _print(session, found)
    return found.exit_code


def _print(session: Session, found: Diagnosis) -> None:
    colour = "red" if found.findings else "green"
    click.echo(f"{found.database}: {click.style(found.verdict, fg=colour, bold=True)}")
    for finding in found.findings:
        click.echo(wrapped(f"{click.style(finding.kind, bold=True)}: ", finding.message, sys.stdout))
        for detail in finding.details:
            click.echo(f"    {detail}")
        click.echo(wrapped("  next: ", finding.hint, sys.stdout))
    if session.verbosity:
        if not found.findings:
            click.echo(f"{plural(found.applied, 'revision')} applied, none to come.")
        if found.schema != "compared":
            click.echo(f"The live schema was not compared: {found.schema}.")
    if session.verbosity > 1 or (session.verbosity and not found.applied):
        for note in found.notes:
            click.echo(wrapped("note: ", note, sys.stdout))
