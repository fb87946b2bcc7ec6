"""`minimig makemigrations`."""

from __future__ import annotations

import click

from minimig.autogenerate.flags import parse_rename, parse_sql
from minimig.autogenerate.open_questions import OpenQuestions
from minimig.autogenerate.questioner import Answers
from minimig.cli.asking import TerminalQuestioner
from minimig.cli.context import Session, pass_session, printing
from minimig.cli.printing import operation_lines, plural
from minimig.commands.authoring import MakeOptions, NewFile, make_empty, make_merge, make_migrations
from minimig.commands.project import Project
from minimig.environment import load_environment
from minimig.errors import QuestionError, UsageError


@click.command()
@click.argument("apps", nargs=-1, metavar="[APP]...")
@click.option("-n", "--name", help="Name of the file, after its number.")
@click.option("-m", "--message", help="First line of the file; also names it when -n is not given.")
@click.option("--empty", is_flag=True, help="Write a file without operations, for a data step.")
@click.option("--merge", is_flag=True, help="Join several heads of an app.")
@click.option("--check", is_flag=True, help="Write nothing; exit 4 when something would be written.")
@click.option("--dry-run", is_flag=True, help="Write nothing; with -v, print the files.")
@click.option("--rename", "renames", multiple=True, metavar="OLD:NEW", help="users.nick:handle or users:accounts.")
@click.option("--drop", "drops", multiple=True, metavar="OLD", help="users.nick, users or 'legacy_*' may go.")
@click.option("--fill", "fills", multiple=True, metavar="TABLE.COLUMN=SQL", help="One-off value for existing rows.")
@click.option("--using", "usings", multiple=True, metavar="TABLE.COLUMN=SQL", help="SQL that converts to a new type.")
@click.option("--from-database", is_flag=True, help="Compare with what the database holds, not with the files alone.")
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
    usings: tuple[str, ...],
    from_database: bool,
    no_input: bool,
) -> int:
    """Write revision files for what changed in the models, without asking any database.

    \b
    Examples:
      minimig makemigrations
      minimig makemigrations blog --rename posts.body:text
      minimig makemigrations --check          (in CI)
      minimig makemigrations blog --empty -n fill_slugs
      minimig makemigrations --from-database  (what a live database has is taken as given)
    """
    if empty + merge + from_database > 1:
        raise UsageError("--empty, --merge and --from-database exclude each other")
    project = Project(load_environment(session.settings()))
    options = MakeOptions(name, message, write=not (check or dry_run), from_database=from_database)
    if merge:
        files = make_merge(project, apps, options)
    elif empty:
        files = make_empty(project, apps, options)
    else:
        asks = session.interactive and not (no_input or check)
        questions = OpenQuestions(needed=not check)
        answers = Answers(
            renames=dict(parse_rename(text) for text in renames),
            fills=dict(parse_sql("--fill", text) for text in fills),
            drops=frozenset(drops),
            usings=dict(parse_sql("--using", text) for text in usings),
            otherwise=TerminalQuestioner() if asks else questions,
        )
        try:
            files = make_migrations(project, apps, answers, options)
        except QuestionError as error:
            if not check:
                raise
            click.echo(f"note: {error.message}", err=True)  # there is a difference, whatever the answers
            return 4
        _print_notes(questions)
    with printing():
        nothing = "No conflicts to merge." if merge else "No changes detected."
        _print(session, files, wrote=options.write, nothing=nothing)
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
        for file in files:
            if file.recorded:
                click.echo(
                    f"The database has this already. Record it: minimig migrate {file.revision} --fake", err=True
                )
        click.echo(f"Wrote {plural(len(files), 'file')}. Read them, then run: minimig migrate", err=True)


def _print_notes(questions: OpenQuestions) -> None:
    """What nobody was asked about: warnings, and with --check what makemigrations will ask."""
    for note in questions.notes:
        click.echo(f"note: {note}", err=True)
    for question in questions.open:
        click.echo(f"note: {question.text}", err=True)
        click.echo(f"  next:  {question.advice}", err=True)
