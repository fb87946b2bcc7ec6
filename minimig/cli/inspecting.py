"""`minimig showmigrations`, `minimig sqlmigrate`, `minimig check`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from minimig.cli.context import Session, pass_session
from minimig.cli.printing import mark, operation_lines, plural
from minimig.commands.inspecting import CheckResult, MigrationRow, check_project, show_migrations, sql_migrate
from minimig.commands.project import Project
from minimig.environment import load_environment


@click.command()
@click.argument("apps", nargs=-1, metavar="[APP]...")
@click.option("--plan", is_flag=True, help="One list in execution order, across apps.")
@pass_session
def showmigrations(session: Session, apps: tuple[str, ...], plan: bool) -> None:
    """List revisions, app by app, and which of them the database has.

    \b
    Examples:
      minimig showmigrations
      minimig showmigrations blog
      minimig showmigrations --plan -v      (with dependencies and dates)
    """
    project = Project(load_environment(session.settings()))
    rows = show_migrations(project, apps)
    if plan:
        _print_plan(session, rows)
        return
    for app in apps or project.settings.apps:
        click.echo(click.style(app, bold=True))
        own = [row for row in rows if row.app == app]
        for row in own:
            click.echo(f"  {mark(row.applied)} {row.name}{_notes(session, row)}")
        if not own:
            click.echo("  (no migrations)")
    for row in rows:
        if row.app not in project.settings.apps:
            click.echo(f"  {mark(row.applied)} {row.revision}{_notes(session, row)}")


def _print_plan(session: Session, rows: Sequence[MigrationRow]) -> None:
    for row in rows:
        needs = f"  after {', '.join(row.dependencies)}" if row.dependencies and session.verbosity > 1 else ""
        click.echo(f"{mark(row.applied)} {row.revision}{_notes(session, row)}{needs}")
    if not rows:
        click.echo("(no migrations)")


def _notes(session: Session, row: MigrationRow) -> str:
    if not row.on_disk:
        return click.style("  no such file", fg="red")
    if row.applied_at is not None and session.verbosity > 1:
        return f"  applied {row.applied_at:%Y-%m-%d %H:%M:%S}"
    return ""


@click.command()
@click.argument("app")
@click.argument("name", required=False)
@click.option("--backwards", is_flag=True, help="The SQL that takes the revision back.")
@pass_session
def sqlmigrate(session: Session, app: str, name: str | None, backwards: bool) -> None:
    """Print the SQL of one revision, as the configured database would get it. Nothing is executed.

    \b
    Examples:
      minimig sqlmigrate blog 0002
      minimig sqlmigrate blog.0002 --backwards
    """
    result = sql_migrate(Project(load_environment(session.settings())), app, name, backwards=backwards)
    click.echo(f"-- {result.revision}{' backwards' if backwards else ''}")
    style = result.style
    for line in (*style.head, *(style.terminated(statement) for statement in style.opening if result.framed)):
        click.echo(line)
    for part in result.operations:
        click.echo(f"-- {part.operation.describe()}")
        for statement in part.statements:
            click.echo(style.terminated(statement))
        if not part.in_full:
            click.echo("-- (a Python step: it cannot be written as SQL)")
        elif not part.statements:
            click.echo("-- (no statement)")
    if not result.operations:
        click.echo("-- (no operations)")
    for line in (*(style.terminated(statement) for statement in style.closing if result.framed), *style.tail):
        click.echo(line)


@click.command()
@click.option("--models", "what", flag_value="models", help="Only the models against the revision files; no database.")
@click.option("--database", "what", flag_value="database", help="Only the revision files against the database.")
@pass_session
def check(session: Session, what: str | None) -> int:
    """Compare models with revision files, and revision files with the database. Exit 4 when something differs.

    \b
    Examples:
      minimig check
      minimig check --models      (in CI, without a database)
    """
    project = Project(load_environment(session.settings()))
    result = check_project(project, models=what != "database", database=what != "models")
    _print_check(result, session)
    return 0 if result.clean else 4


def _print_check(result: CheckResult, session: Session) -> None:
    if result.unwritten:
        click.echo("Models and revision files differ. Run: minimig makemigrations")
        for line in operation_lines(result.unwritten, "  "):
            click.echo(line)
    for revision, differences in result.not_back:
        click.echo(f"The way down of {revision} does not lead back to the state before it:")
        for difference in differences:
            click.echo(f"  {difference}")
    if result.pending:
        click.echo(f"{plural(len(result.pending), 'migration')} not applied. Run: minimig migrate")
        for revision in result.pending:
            click.echo(f"  {mark(False)} {revision}")
    if result.drift:
        click.echo("The database differs from the applied revisions. What would mend it:")
        for line in operation_lines(result.drift, "  "):
            click.echo(line)
    if result.clean and session.verbosity:
        parts = ["models", "revision files"] if result.compared_models else ["revision files"]
        parts += ["database"] if result.compared_database else []
        click.echo(f"{', '.join(parts).capitalize()} agree.")
