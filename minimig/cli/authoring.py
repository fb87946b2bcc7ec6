"""`minimig makemigrations`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

import click

from minimig.autogenerate.flags import parse_rename, parse_sql
from minimig.autogenerate.open_questions import OpenQuestions
from minimig.autogenerate.questioner import Answers, Questioner
from minimig.cli.asking import TerminalQuestioner
from minimig.cli.context import NEXT, Session, pass_session, printing, say
from minimig.cli.merging import merge_heads
from minimig.cli.narrated import explain_options
from minimig.cli.printing import json_option, operation_data, operation_lines, plural, print_json, print_source
from minimig.cli.working import work_shown
from minimig.commands.authoring import MakeOptions, NewFile, make_empty, make_migrations
from minimig.commands.hooks import serializer_of
from minimig.commands.placing import PlaceOptions
from minimig.commands.project import Project
from minimig.commands.updating import update_newest
from minimig.config import Settings
from minimig.errors import QuestionError, UsageError
from minimig.revisions.serializer import Serializer


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
@click.option("--update", is_flag=True, help="Fold the difference into the newest file of the app.")
@click.option("--from-database", is_flag=True, help="Compare with what the database holds, not with the files alone.")
@click.option("--head", metavar="REVISION", help="The head that the new file comes after, where an app has several.")
@click.option("--splice", is_flag=True, help="Let --head name any revision: a new branch begins behind it.")
@click.option("--branch-label", "label", metavar="LABEL", help="A label for the branch that the new file begins.")
@click.option("--depends-on", multiple=True, metavar="REVISION", help="One more revision that has to come first.")
@click.option("--rev-id", metavar="ID", help="What stands in front of the name, in place of the next number.")
@click.option("--scriptable", is_flag=True, help="Print the paths of the files to stdout, and nothing else.")
@json_option
@click.option("--no-input", is_flag=True, help="Ask nothing: a question without an answer ends with exit code 3.")
@explain_options
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
    update: bool,
    from_database: bool,
    scriptable: bool,
    as_json: bool,
    no_input: bool,
    **more: Any,
) -> int:
    """Write revision files for what changed in the models, without asking any database.

    \b
    Examples:
      minimig makemigrations
      minimig makemigrations blog --rename posts.body:text
      minimig makemigrations --check          (in CI)
      minimig makemigrations blog --empty -n fill_slugs
      minimig makemigrations blog --update    (one file more is not worth it)
      minimig makemigrations --from-database  (a live database is taken as given)
    """
    if empty + merge + from_database + update > 1:
        raise UsageError("--empty, --merge, --from-database and --update exclude each other")
    project: Project = session.project()
    place = _place(more, wanted=not (merge or update))
    options = MakeOptions(name, message, write=not (check or dry_run), from_database=from_database, place=place)
    if merge:
        files = merge_heads(session, project, apps, options, no_input=no_input, show=not (as_json or scriptable))
    elif empty:
        files = make_empty(project, apps, options)
    else:
        questions = OpenQuestions(needed=not check)
        answers = _answers(TerminalQuestioner() if session.interactive and not (no_input or check) else questions, more)
        try:
            with work_shown(session) as bar:
                project.on_work = bar.listen  # from here on: a merge asks while it reads
                files = (partial(_updated, session) if update else make_migrations)(project, apps, answers, options)
        except QuestionError as error:
            if not check:
                raise
            say(error.message)  # there is a difference, whatever the answers
            return 4
        _print_notes(questions)
    _warn_of_heads(project, files)
    with printing():
        if as_json:
            _print_data(session, files, serializer_of(project), wrote=options.write)
        elif scriptable:
            for file in files:
                click.echo(session.relative(file.path))
        else:
            nothing = "No conflicts to merge." if merge else "No changes detected."
            _print(session, project.settings, files, wrote=options.write, nothing=nothing)
    return 4 if check and files else 0


def _warn_of_heads(project: Project, files: Sequence[NewFile]) -> None:
    """Say which other apps have several heads: that stops no file of these, but the next migrate."""
    for app, heads in project.graph.conflicts().items():
        if app not in {file.app for file in files}:
            say(f"{app} has {len(heads)} heads: {', '.join(heads)}", "warning: ")
            say(f"join them with `minimig merge {app}`, or `minimig rebase {app}`", NEXT)


def _place(said: Mapping[str, Any], *, wanted: bool) -> PlaceOptions:
    """Where the new file goes. Raises UsageError for a place that would be ignored."""
    place = PlaceOptions(**{field.name: said[field.name] for field in fields(PlaceOptions)})
    if not wanted and place != PlaceOptions():
        raise UsageError(
            "--head, --splice, --branch-label, --depends-on and --rev-id do not go with --merge or --update",
            hint="minimig merge has a --branch-label and a --rev-id of its own",
        )
    return place


def _answers(otherwise: Questioner, said: Mapping[str, Any]) -> Answers:
    """What the options answer; the rest goes to `otherwise`."""
    return Answers(
        renames=dict(parse_rename(text) for text in said["renames"]),
        fills=dict(parse_sql("--fill", text) for text in said["fills"]),
        drops=frozenset(said["drops"]),
        usings=dict(parse_sql("--using", text) for text in said["usings"]),
        otherwise=otherwise,
    )


def _updated(
    session: Session, project: Project, apps: Sequence[str], answers: Answers, options: MakeOptions
) -> tuple[NewFile, ...]:
    """The newest file of one app with the difference in it; nothing when there is none."""
    named = list(apps or project.settings.apps)
    if len(named) != 1:
        raise UsageError("--update needs the app whose newest file it is for", hint="name one app")
    found = update_newest(project, named[0], answers, options)
    if found is None:
        return ()
    if found.note:
        say(found.note)
    if found.old_path != found.file.path and session.verbosity:
        click.echo(f"{session.relative(found.old_path)} has become {session.relative(found.file.path)}.", err=True)
    return (found.file,)


def _print_data(session: Session, files: Sequence[NewFile], serializer: Serializer, *, wrote: bool) -> None:
    found = [
        {
            "revision": file.revision,
            "path": session.relative(file.path),
            "recorded": file.recorded,
            "operations": [operation_data(operation, serializer) for operation in file.operations],
        }
        for file in files
    ]
    print_json("makemigrations", {"wrote": wrote, "files": found})


def _print(session: Session, settings: Settings, files: tuple[NewFile, ...], *, wrote: bool, nothing: str) -> None:
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
                    print_source(file.text)
    if files and wrote and session.verbosity:
        _print_next(settings, files)


def _print_next(settings: Settings, files: Sequence[NewFile]) -> None:
    for file in files:
        if file.recorded:
            click.echo(f"The database has this already. Record it: minimig migrate {file.revision} --fake", err=True)
    theirs = () if settings.tenants is None else settings.tenants.apps
    words = ["minimig migrate"] if any(file.app not in theirs for file in files) else []
    words += ["minimig migrate --tenants"] if any(file.app in theirs for file in files) else []
    click.echo(f"Wrote {plural(len(files), 'file')}. Read them, then run: {', '.join(words)}", err=True)


def _print_notes(questions: OpenQuestions) -> None:
    """What nobody was asked about: warnings, and with --check what makemigrations will ask."""
    for note in questions.notes:
        say(note)
    for question in questions.open:
        say(question.text)
        say(question.advice, NEXT)
