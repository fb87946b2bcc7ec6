"""`minimig squashmigrations`."""

from __future__ import annotations

import click

from minimig.cli.context import Session, pass_session
from minimig.cli.finishing import EndOptions, end_squash
from minimig.cli.printing import json_option, operation_lines, plural, print_json
from minimig.commands.project import Project
from minimig.commands.proving import prove_squash
from minimig.commands.squashing import SquashOptions, SquashResult, squash
from minimig.errors import UsageError


@click.command()
@click.argument("app")
@click.argument("start", required=False)
@click.argument("end", required=False)
@click.option("-n", "--squashed-name", "name", help="Name of the new file, after its number.")
@click.option("--no-optimize", is_flag=True, help="Keep every operation as it is.")
@click.option("--verify", is_flag=True, help="First run old and new files on SQLite, and compare.")
@click.option("--verify-on", metavar="URL", help="The same on databases made on this server and dropped again.")
@click.option("--dry-run", is_flag=True, help="Write nothing; with -v, print the file.")
@click.option("--finish", "ends", is_flag=True, help="End START, a squash that every database has recorded.")
@click.option("--delete", is_flag=True, help="With --finish: delete the replaced files without asking.")
@click.option("--no-input", is_flag=True, help="Do not ask before the file is written.")
@json_option
@pass_session
def squashmigrations(
    session: Session,
    app: str,
    start: str | None,
    end: str | None,
    name: str | None,
    no_optimize: bool,
    verify: bool,
    verify_on: str | None,
    dry_run: bool,
    ends: bool,
    delete: bool,
    no_input: bool,
    as_json: bool,
) -> None:
    """Write one revision in place of several, up to END (by default the head) or from START to END.

    The old files stay until every database has them all; the new one stands for them where a database has none or all.
    --finish then deletes them, takes `replaces` out of the squash, and lets what named them name the squash.

    \b
    Examples:
      minimig squashmigrations blog
      minimig squashmigrations blog 0007
      minimig squashmigrations blog 0003 0007 -n first_year
      minimig squashmigrations blog --verify-on postgresql://localhost/postgres
      minimig squashmigrations blog 0001_first_year --finish
    """
    if ends or delete:
        if end or name or no_optimize or verify or verify_on or start is None or not ends:
            raise UsageError(
                "--finish takes the app, the name of the squash, and --delete, --dry-run, --no-input or --json",
                hint="for example: minimig squashmigrations blog 0001_first_year --finish",
            )
        asks = session.interactive and not (no_input or as_json)
        end_squash(session, app, start, EndOptions(delete, dry_run, asks, as_json))
        return
    if end is None:
        start, end = None, start
    project: Project = session.project()
    project.check_apps(app)
    planned = squash(project, app, start, end, SquashOptions(name, not no_optimize, write=False))
    if not as_json and (session.verbosity or dry_run):
        _print(session, planned, dry_run=dry_run)
    proof = prove_squash(project, planned, verify_on) if verify or verify_on else None
    if proof is not None and not as_json and session.verbosity:
        click.echo(
            f"Proven on {proof.database}: {plural(len(planned.replaces), 'file')} and the new one lead to the same"
            f" schema{', and back' if proof.back else ''}."
        )
    if not dry_run:
        if session.interactive and not no_input:
            click.confirm("Write it?", default=True, abort=True, err=True)
        squash(project, app, start, end, SquashOptions(name, not no_optimize))
    if as_json:
        print_json("squashmigrations", {**planned.to_dict(), "proven_on": proof and proof.database})
    elif not dry_run and session.verbosity:
        click.echo("Wrote 1 file. Read it; commit it beside the old ones. When every database has them all,", err=True)
        click.echo(f"end the squash: minimig squashmigrations {app} {planned.file.name} --finish", err=True)


def _print(session: Session, found: SquashResult, *, dry_run: bool) -> None:
    for revision in found.replaces:
        click.echo(f"  {revision}")
    click.echo(f"become {click.style(session.relative(found.file.path), bold=True)}")
    for line in operation_lines(found.file.operations):
        click.echo(line)
    same = found.before == found.after
    click.echo(f"{found.before} operations{'' if same else f' folded to {found.after}'}.")
    if found.irreversible:
        click.echo(f"There is no way back: {found.irreversible}.")
    if dry_run:
        click.echo("Nothing is written.")
    if dry_run and session.verbosity > 1:
        click.echo(found.file.text)
