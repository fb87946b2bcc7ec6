"""`minimig migrate --two-phase`: all databases or none."""

from __future__ import annotations

import click

from minimig.cli.context import Session
from minimig.cli.databases import homes_of
from minimig.cli.printing import plural, print_json
from minimig.commands.applying import MigrateOptions
from minimig.commands.project import Project
from minimig.commands.two_phase import migrate_two_phase
from minimig.environment import load_environment
from minimig.runtime.events import Event, Listener, StepDone


def migrate_together(
    session: Session, app: str | None, target: str | None, options: MigrateOptions, *, as_json: bool
) -> int:
    """Run, and tell what was done where."""
    settings = session.settings()
    projects = {name: Project(load_environment(settings.for_database(name))) for name in homes_of(app, settings)}

    def listen(name: str) -> Listener:
        def say(event: Event) -> None:
            if isinstance(event, StepDone) and session.verbosity:
                click.echo(f"  {name}: {event.step.revision}  {event.seconds:6.2f}s", err=True)

        return say

    results = migrate_two_phase(projects, app, target, options, listen)
    if as_json:
        told = [{"name": name, **result.to_dict()} for name, result in results.items()]
        print_json("migrate", {"databases": told, "failed": None, "not_reached": []})
    elif session.verbosity:
        for name, result in results.items():
            click.echo(f"{click.style(name, bold=True)}: {plural(len(result.steps), 'migration')}")
        click.echo("Committed together." if any(r.steps for r in results.values()) else "Nothing to do.")
    return 0
