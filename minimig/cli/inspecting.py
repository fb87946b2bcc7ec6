"""`minimig showmigrations`, `minimig sqlmigrate`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from minimig.cli.columns import in_columns
from minimig.cli.context import Session, deferred, pass_session, show_problems
from minimig.cli.databases import Emit, home_of, homes_of, over_databases
from minimig.cli.printing import json_option, mark, plural, print_json, print_source
from minimig.cli.tenant_options import TenantChoice, tenants_option
from minimig.cli.terminal import wrapped
from minimig.commands.inspecting import MigrationRow, ShownMigrations, show_migrations, sql_migrate
from minimig.commands.project import Project
from minimig.config import Settings
from minimig.errors import UsageError
from minimig.runtime.plan import Direction


@click.command()
@click.argument("apps", nargs=-1, metavar="[APP]...")
@click.option("--plan", is_flag=True, help="One list in execution order, across apps.")
@tenants_option
@json_option
@pass_session
def showmigrations(
    session: Session, apps: tuple[str, ...], plan: bool, as_json: bool, tenants: TenantChoice | None
) -> int:
    """List revisions, app by app, and which of them the database has.

    [X] is applied, [~] half-done, [-] a squash that only lacks its row. A squash stands for the revisions that it
    replaces; -v lists those as well, and tells of applied files that were edited. A broken history is shown as far as
    it can be read, with what is wrong, and exit code 1.

    \b
    Examples:
      minimig showmigrations
      minimig showmigrations blog
      minimig showmigrations --plan -v      (with dependencies and dates)
      minimig showmigrations --tenants      (how many tenants stand where)
    """
    if tenants is not None:
        if apps or plan:
            raise UsageError("--tenants counts tenants, and takes neither an app nor --plan")
        module = deferred("minimig.cli.tenants")
        code: int = module.show_all(session, tenants, as_json=as_json)
        return code

    def one(settings: Settings, emit: Emit) -> int:
        project: Project = session.project(settings)
        here = [app for app in apps if app not in settings.elsewhere]
        if apps and not here:
            return 0
        found = show_migrations(project, here, compare=session.verbosity > 1)
        if as_json:
            emit(found.to_dict())
            return 1 if found.problems else 0
        return _print_migrations(session, project, found, here, plan=plan)

    def order(settings: Settings) -> Sequence[str]:
        for app in apps:
            homes_of(app, settings)
        return tuple(settings.databases)

    return over_databases(session, "showmigrations", one, as_json=as_json, order=order)


def _print_migrations(
    session: Session, project: Project, found: ShownMigrations, apps: Sequence[str], *, plan: bool
) -> int:
    rows = tuple(row for row in found.rows if row.shown_by is None or session.verbosity > 1)
    if plan:
        _print_plan(session, rows)
    else:
        _print_list(session, project, rows, apps)
    return show_problems(found.problems)


def _print_list(session: Session, project: Project, rows: Sequence[MigrationRow], apps: Sequence[str]) -> None:
    for app in apps or project.settings.apps:
        click.echo(click.style(app, bold=True))
        own = [(f"{_mark(row)} {row.name}", _notes(session, row)) for row in rows if row.app == app]
        for line in in_columns(own, sys.stdout, "  ", whole=True):
            click.echo(line)
        if not own:
            click.echo("  (no migrations)")
    for row in rows:
        if row.app not in project.settings.apps:
            elsewhere = row.app in project.settings.elsewhere
            note = f"{row.app} lives in another database" if elsewhere else _notes(session, row)
            click.echo(wrapped(f"  {_mark(row)} {row.revision}  ", note, sys.stdout).rstrip())


def _print_plan(session: Session, rows: Sequence[MigrationRow]) -> None:
    lines = []
    for row in rows:
        needs = f"after {', '.join(row.dependencies)}" if row.dependencies and session.verbosity > 1 else ""
        lines.append((f"{_mark(row)} {row.revision}", _notes(session, row), needs))
    for line in in_columns(lines, sys.stdout, whole=True):
        click.echo(line)
    if not rows:
        click.echo("(no migrations)")


def _mark(row: MigrationRow) -> str:
    if row.half_done is not None:
        return click.style("[~]", fg="red")
    return click.style("[-]", fg="yellow") if row.counted else mark(row.applied)


def _trouble(row: MigrationRow) -> str | None:
    if row.broken:
        return "its file is broken"
    if row.half_done is not None:
        how = "applied" if row.half_done == Direction.FORWARD else "taken back"
        return f"half {how}: minimig diagnose tells what to do"
    return None if row.on_disk or row.shown_by is not None else "no such file"


def _notes(session: Session, row: MigrationRow) -> str:
    trouble = _trouble(row)
    if trouble is not None:
        return click.style(trouble, fg="red")
    if row.shown_by is not None:
        return f"makes way for {row.shown_by}" if row.replaces else f"replaced by {row.shown_by}"
    notes = [f"stands for {plural(len(row.replaces), 'revision')}"] if row.replaces else []
    if row.counted:
        return f"{', '.join([*notes, 'all applied'])}; minimig migrate will record it"
    if row.applied_at is not None and session.verbosity > 1:
        notes.append(f"applied {row.applied_at:%Y-%m-%d %H:%M:%S}")
    if row.edited == "meaning":
        notes.append(click.style("its file was edited since, and does something else now", fg="red"))
    elif row.edited:
        notes.append("its file was spelled anew since")
    return "  ".join(notes)


@click.command()
@click.argument("app")
@click.argument("name", required=False)
@click.option("--backwards", is_flag=True, help="The SQL that takes the revision back.")
@json_option
@pass_session
def sqlmigrate(session: Session, app: str, name: str | None, backwards: bool, as_json: bool) -> None:
    """Print the SQL of one revision, as the configured database would get it. Nothing is executed.

    \b
    Examples:
      minimig sqlmigrate blog 0002
      minimig sqlmigrate blog.0002 --backwards
    """
    result = sql_migrate(session.project(home_of(app, session.settings())), app, name, backwards=backwards)
    if as_json:
        print_json("sqlmigrate", result.to_dict())
        return
    print_source("".join(f"{line}\n" for line in result.lines), nl=False)
