"""`minimig history`, `heads`, `branches`, `show`, `current`, `graph`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import click

from minimig.cli.columns import in_columns
from minimig.cli.context import Session, pass_session, show_problems
from minimig.cli.databases import Emit, over_databases
from minimig.cli.entries import bold, dot, drawn_lines, marks, mermaid, parents_not_next, whole_lines
from minimig.cli.printing import json_option, print_json
from minimig.commands.head_files import write_head_files
from minimig.commands.history import Entry, History, branch_points
from minimig.commands.history import current as current_of
from minimig.commands.history import heads as heads_of
from minimig.commands.history import history as history_of
from minimig.commands.history import show as show_of
from minimig.commands.project import Project
from minimig.config import Settings
from minimig.errors import UsageError
from minimig.runtime.plan import Direction

APP = click.argument("app", required=False)


@click.command(context_settings={"ignore_unknown_options": True})
@APP
@click.option("-r", "--range", "span", metavar="START:END", help="A part of it, both ends included.")
@click.option("-i", "--indicate-current", "mark", is_flag=True, help="Mark where the database stands.")
@json_option
@pass_session
def history(session: Session, app: str | None, span: str | None, mark: bool, as_json: bool) -> int:
    """List revisions, newest first, without asking the database.

    A revision comes after the next line of its app, or after what is told below it. Either end of a range may be left
    out; a number is counted from the other end.

    \b
    Examples:
      minimig history
      minimig history blog -r 0003:head
      minimig history -r -3:current        (the last ones that the database has)
      minimig history -v                   (whole texts)
    """
    found = history_of(_project(session), app, span, mark=mark)
    return _print(session, "history", found, as_json, parents_not_next(found.entries))


@click.command()
@APP
@click.option("--resolve-dependencies", "effective", is_flag=True, help="Leave out heads that other apps depend on.")
@click.option("--write", is_flag=True, help="Write the head files anew first, where head_file is configured.")
@json_option
@pass_session
def heads(session: Session, app: str | None, effective: bool, write: bool, as_json: bool) -> int:
    """List the heads: the last revision of each app, or several where its history has parted.

    \b
    Examples:
      minimig heads
      minimig heads --write      (a head file was lost, or resolved by hand)
    """
    if write:
        _write_head_files(session)
    return _print(session, "heads", heads_of(_project(session), app, effective=effective), as_json)


@click.command()
@APP
@json_option
@pass_session
def branches(session: Session, app: str | None, as_json: bool) -> int:
    """List the revisions after which a history parts, with what comes next on each side.

    \b
    Example:
      minimig branches blog
    """

    def below(entry: Entry) -> Iterable[str]:
        return (f"    -> {child}" for child in entry.before)

    return _print(session, "branches", branch_points(_project(session), app), as_json, below)


@click.command()
@click.argument("revisions", nargs=-1, required=True, metavar="REVISION...")
@json_option
@pass_session
def show(session: Session, revisions: tuple[str, ...], as_json: bool) -> int:
    """Show all that a revision file says of itself.

    \b
    Examples:
      minimig show blog.0003
      minimig show heads
      minimig show current
    """
    return _print(session, "show", show_of(_project(session), revisions), as_json, whole=True)


@click.command()
@APP
@click.option("--check-heads", is_flag=True, help="Exit 4 unless the database stands at every head.")
@json_option
@pass_session
def current(session: Session, app: str | None, check_heads: bool, as_json: bool) -> int:
    """Show where the database stands. Creates nothing; prints nothing for a database without migrations.

    \b
    Examples:
      minimig current
      minimig current --check-heads     (in a start script)
    """

    def one(settings: Settings, emit: Emit) -> int:
        project: Project = session.project(settings)
        if app in settings.elsewhere:
            return 0
        found = current_of(project, app)
        if as_json:
            emit(found.to_dict())
            code = 1 if found.problems else 0
        else:
            if session.verbosity > 1:
                click.echo(f"Database {found.database}")
            code = _print(session, "current", found, False)
        return 4 if check_heads and not code and not found.at_heads else code

    return over_databases(session, "current", one, as_json=as_json)


@click.command()
@APP
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "mermaid", "dot", "json"]),
    default="text",
    show_default=True,
    help="For people, for Markdown, for Graphviz, for programs.",
)
@click.option("-i", "--indicate-current", "mark", is_flag=True, help="Mark what the database has.")
@pass_session
def graph(session: Session, app: str | None, form: str, mark: bool) -> int:
    """Draw the history with its branches and merges.

    \b
    Examples:
      minimig graph
      minimig graph blog --format mermaid
    """
    found = history_of(_project(session), app, mark=mark)
    if form == "json":
        return _print(session, "graph", found, True)
    writers: dict[str, Callable[[History], Iterable[str]]] = {"text": drawn_lines, "mermaid": mermaid, "dot": dot}
    for line in writers[form](found):
        click.echo(line)
    return show_problems(found.problems)


# --- how it looks -----------------------------------------------------------------------------------------------------


def _project(session: Session) -> Project:
    project: Project = session.project()
    return project


def _write_head_files(session: Session) -> None:
    project = _project(session)
    if not project.settings.head_file:
        raise UsageError("--write needs head_file = true in the configuration", hint="set it beside the other keys")
    for path in write_head_files(project, project.folders.values()):
        click.echo(f"Wrote {session.relative(path)}.", err=True)


def _print(
    session: Session,
    name: str,
    found: History,
    as_json: bool,
    below: Callable[[Entry], Iterable[str]] = lambda _: (),
    *,
    whole: bool = False,
) -> int:
    """One line an entry, with what is to be said `below` it; all that is known of each with -v, or as a `whole`."""
    if as_json:
        print_json(name, found.to_dict())
        return 1 if found.problems else 0
    if whole or session.verbosity > 1:
        for entry in found.entries:
            for line in whole_lines(entry):
                click.echo(line)
    else:
        rows = [(bold(entry.revision), marks(entry), entry.title) for entry in found.entries]
        for entry, line in zip(found.entries, in_columns(rows, sys.stdout), strict=True):
            click.echo(line)
            for more in below(entry):
                click.echo(more)
    for revision, direction in (found.half_done or {}).items():
        how = click.style("half applied" if direction == Direction.FORWARD else "half taken back", fg="red")
        click.echo(f"{bold(revision)}  {how}: minimig diagnose tells what to do")
    for revision in found.broken:
        click.echo(f"{bold(revision)}  {click.style('its file is broken', fg='red')}")
    for revision in found.unknown:
        click.echo(f"{bold(revision)}  {click.style('no such file', fg='red')}")
    return show_problems(found.problems)
