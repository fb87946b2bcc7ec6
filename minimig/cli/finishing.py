"""What `minimig squashmigrations --finish` shows and asks."""

from __future__ import annotations

from dataclasses import dataclass

import click

from minimig.cli.context import Session, say
from minimig.cli.printing import plural, print_json
from minimig.commands.finishing import Finish, finish, plan_finish
from minimig.commands.project import Project
from minimig.errors import QuestionError


@dataclass(frozen=True)
class EndOptions:
    """`delete` files without asking; `asks` says that there is somebody to ask."""

    delete: bool
    dry_run: bool
    asks: bool
    as_json: bool


def end_squash(session: Session, app: str, name: str, options: EndOptions) -> None:
    """Show what goes and what changes, ask where files would be deleted, and do it."""
    project: Project = session.project()
    project.check_apps(app)
    plan = plan_finish(project, app, name)
    if not options.as_json and (session.verbosity or options.dry_run):
        _show(session, plan)
    for note in plan.notes:
        say(note)
    if not options.dry_run:
        if plan.deleted and not options.delete:
            _ask(plan, options)
        finish(project, plan)
    if options.as_json:
        print_json("squashmigrations", {**plan.to_dict(), "written": not options.dry_run})
    elif options.dry_run:
        click.echo("Nothing is written.")
    elif session.verbosity:
        click.echo("Commit it. Each database that has had the old files: minimig migrate --prune", err=True)


def _show(session: Session, plan: Finish) -> None:
    for path in plan.deleted:
        click.echo(f"  {click.style('-', fg='red')} {session.relative(path)}")
    for rewrite in plan.rewrites:
        words = "replaces nothing any more" if rewrite.old == plan.squash else "follows"
        click.echo(f"  {click.style('~', fg='yellow')} {session.relative(rewrite.old.path)} {words}")


def _ask(plan: Finish, options: EndOptions) -> None:
    many = plural(len(plan.deleted), "file")
    if not options.asks:
        raise QuestionError(
            f"{many} would be deleted; nothing was changed", hint="pass --delete; --dry-run shows which"
        )
    click.confirm(f"Delete {many}?", default=False, abort=True, err=True)
