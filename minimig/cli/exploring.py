"""`minimig explore`."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

import click

from minimig.cli.context import Session, deferred, pass_session
from minimig.cli.printing import json_option, plural, print_json
from minimig.commands.exploring.data import Exploration
from minimig.commands.exploring.exploration import ExploreOptions, exploration
from minimig.commands.exploring.page import GENERATOR, page
from minimig.commands.project import Project
from minimig.environment import load_environment
from minimig.errors import FileError, UsageError
from minimig.files import write_files

FILE = Path("minimig-explore.html")
MANY = 50
"""From how many revisions on it is worth saying how far the work is."""


@click.command()
@click.argument("apps", nargs=-1, metavar="[APP]...")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help=f"The file; by default {FILE}.")
@click.option("--dialect", "dialects", multiple=True, metavar="NAME", help="Spell SQL for this one; may be repeated.")
@click.option("--no-database", is_flag=True, help="Ask no database what is applied.")
@click.option("--open", "show", is_flag=True, help="Open the page in a browser.")
@click.option("--serve", is_flag=True, help="Serve a live page on this machine instead, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), help="Where to serve; by default any free port.")
@json_option
@pass_session
def explore(
    session: Session,
    apps: tuple[str, ...],
    output: Path | None,
    dialects: tuple[str, ...],
    no_database: bool,
    show: bool,
    serve: bool,
    port: int | None,
    as_json: bool,
) -> None:
    """Write one HTML page to walk through the history: graph, tables at each revision, files, SQL.

    The page needs no network and no server, and holds no password. Without a database, or with one that does not
    answer, it lacks only the marks of what is applied. A file that explore has written is replaced, no other one.

    \b
    Examples:
      minimig explore --open
      minimig explore blog -o blog.html --dialect postgresql
      minimig explore --serve --open     (follows files and database)
    """
    _refuse_pairs(serve=serve, port=port, output=output, as_json=as_json, show=show)
    project = Project(load_environment(session.settings()))
    options = ExploreOptions(apps, dialects, ask=not no_database)
    if serve:
        _serve(project, options, port or 0, show=show)
        return
    found = exploration(project, options, lambda done, of: _progress(session, done, of))
    if as_json:
        print_json("explore", found.to_dict())
    else:
        path = session.folder / (output or FILE)
        _write(session, path, page(found.to_dict()))
        _say_what_lacks(found)
        if show:
            webbrowser.open(path.resolve().as_uri())


def _refuse_pairs(*, serve: bool, port: int | None, output: Path | None, as_json: bool, show: bool) -> None:
    if serve and (output is not None or as_json):
        raise UsageError("--serve writes no file and prints no JSON", hint="leave -o and --json out")
    if port is not None and not serve:
        raise UsageError("--port needs --serve")
    if as_json and (output is not None or show):
        raise UsageError("--json prints the data and writes no page", hint="leave -o and --open out")


def _write(session: Session, path: Path, text: str) -> None:
    old = path.read_bytes() if path.is_file() else None
    if old is not None and GENERATOR.encode() not in old[:2000]:
        raise FileError(
            "there is a file of this name that explore has not written, and it is not replaced",
            where=session.relative(path),
            hint="give another name with -o, or move that file away",
        )
    content = text.encode("utf-8", "replace")
    write_files({path: content}, replacing=[] if old is None else [path], seen={} if old is None else {path: old})
    if session.verbosity:
        verb = "Wrote" if old is None else "Replaced"
        click.echo(f"{verb} {session.relative(path)} ({max(1, len(content) // 1000)} kB)")


def _say_what_lacks(found: Exploration) -> None:
    for marks in found.marks or ():
        if marks.problem is not None:
            click.echo(f"Without marks of what is applied: {marks.problem.message}", err=True)
    broken = [each for each in found.revisions if each.problem is not None]
    for problem in (*found.problems, *(each.problem for each in broken if each.problem)):
        click.echo(f"Left out: {problem.message}" + (f" ({problem.where})" if problem.where else ""), err=True)


def _progress(session: Session, done: int, of: int) -> None:
    """On a terminal, how far it is, in one line that is gone at the end."""
    if of >= MANY and session.verbosity and sys.stderr.isatty():
        last = done == of
        words = "" if last else f"Reading {done} of {plural(of, 'revision')}"
        click.echo(f"\r{words}\x1b[K", nl=False, err=True)


def _serve(project: Project, options: ExploreOptions, port: int, *, show: bool) -> None:
    serving = deferred("minimig.commands.exploring.serving")
    live = serving.Live(project, options)
    try:
        with serving.Server(live, port) as server:
            click.echo(f"Serving {server.url} until Ctrl-C.", err=True)
            if show:
                webbrowser.open(server.url)
            server.serve_forever()
    except KeyboardInterrupt:  # the way that it is meant to end
        click.echo("\nStopped.", err=True)
