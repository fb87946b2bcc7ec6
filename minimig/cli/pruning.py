"""`minimig migrate --prune`."""

from __future__ import annotations

import click

from minimig.cli.context import Session
from minimig.cli.databases import Emit
from minimig.commands.project import Project
from minimig.commands.stamping import prune as prune_rows
from minimig.config import Settings
from minimig.errors import UsageError


def prune_rows_of(
    session: Session,
    app: str | None,
    target: str | None,
    lock_timeout: float | None,
    as_json: bool,
    settings: Settings,
    emit: Emit,
) -> int:
    """Forget the rows of one database, and say which. Raises UsageError for a target."""
    if target is not None:
        raise UsageError("--prune takes an app at most", hint="minimig migrate blog --prune")
    project: Project = session.project(settings)
    project.check_apps(app)
    result = prune_rows(project, app, lock_timeout)
    if as_json:
        emit(result.to_dict())
    elif session.verbosity:
        for revision in result.forgotten:
            click.echo(f"  Forgot {click.style(revision, bold=True)}")
        for revision, squash in result.kept.items():
            click.echo(f"  Kept {revision}: {squash} names it in `replaces`; take that out first")
        if not (result.forgotten or result.kept):
            click.echo("Nothing to forget: each row has its file.")
    return 0
