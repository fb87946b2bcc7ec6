"""`minimig makemigrations`."""

from __future__ import annotations

import click

from minimig.autogenerate.questioner import Answers, parse_rename
from minimig.cli.asking import TerminalQuestioner
from minimig.cli.context import Session, pass_session
from minimig.cli.merging import merge_heads
from minimig.cli.printing import operation_lines, plural
from minimig.commands.authoring import MakeOptions, NewFile, make_empty, make_migrations
from minimig.commands.project import Project
from minimig.environment import load_environment
from minimig.errors import UsageError


@click.command()
@click.argument("apps", nargs=-1, metavar="[APP]...")
@click.option("-n", "--name", help="Name of the file, after its number.")
@click.option("-m", "--message", help="First line of the file; also names it when -n is not given.")
@click.option("--empty", is_flag=True, help="Write a file without operations, for a data step.")
@click.option("--merge", is_flag=True, help="Join several heads of an app.")
@click.option("--check", is_flag=True, help="Write nothing; exit 4 when something would be written.")
@click.option("--dry-run", is_flag=True, help="Write nothing; with -v, print the files.")
@click.option("--rename", "renames", multiple=True, metavar="OLD:NEW", help="users.nick:handle or users:accounts.")
@click.option("--drop", "drops", multiple=True, metavar="OLD", help="users.nick or users is dropped, not renamed.")
@click.option("--fill", "fills", multiple=True, metavar="TABLE.COLUMN=SQL", help="One-off value for existing rows.")
@click.option("--no-input", is_flag=True, help="Ask nothing: a question without an answer ends with exit code 3.")
@pass_session
def makemigrations(
    session: Session,
    apps: tuple[str, ...],
    name: str | None,
    message: str | None,
    empty: bool,
    merge: bool,
    check: bool,
    dry_run: bool,
    renames: tuple[str, ...],
    drops: tuple[str, ...],
    fills: tuple[str, ...],
    no_input: bool,
) -> int:
    """Write revision files for what changed in the models, without asking any database.

    \b
    Examples:
      minimig makemigrations
      minimig makemigrations blog --rename posts.body:text
      minimig makemigrations --check          (in CI)
      minimig makemigrations blog --empty -n fill_slugs
    """
    if empty and merge:
        raise UsageError("--empty and --merge exclude each other")
    project = Project(load_environment(session.settings()))
    options = MakeOptions(name, message, write=not (check or dry_run))
    if merge:
        files = merge_heads(session, project, apps, options, no_input=no_input)
    elif empty:
        files = make_empty(project, apps, options)
    else:
        asked = Answers(
            renames=dict(parse_rename(text) for text in renames),
            fills=dict(_fill(text) for text in fills),
            drops=frozenset(drops),
            otherwise=TerminalQuestioner() if session.interactive and not no_input else None,
        )
        files = make_migrations(project, apps, asked, options)
    _print(session, files, wrote=options.write, nothing="No conflicts to merge." if merge else "No changes detected.")
    return 4 if check and files else 0


def _print(session: Session, files: tuple[NewFile, ...], *, wrote: bool, nothing: str) -> None:
    if not files and session.verbosity:
        click.echo(nothing)
    for app in dict.fromkeys(file.app for file in files):
        click.echo(f"{app}:" if wrote else f"{app} (nothing is written):")
        for file in files:
            if file.app == app:
                click.echo(f"  {click.style(session.relative(file.path), bold=True)}")
                for line in operation_lines(file.operations):
                    click.echo(line)
                if not wrote and session.verbosity > 1:
                    click.echo(file.text)
    if files and wrote and session.verbosity:
        click.echo(f"Wrote {plural(len(files), 'file')}. Read them, then run: minimig migrate", err=True)


def _fill(text: str) -> tuple[str, str]:
    column, separator, sql = text.partition("=")
    if not separator or "." not in column:
        raise UsageError(f"--fill {text} is not TABLE.COLUMN=SQL", hint="for example --fill \"posts.slug=''\"")
    return column, sql
