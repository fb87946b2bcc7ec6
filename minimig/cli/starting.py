"""`minimig init`, `minimig list-templates` and `minimig demo`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from minimig.cli.context import Session, pass_session_alone
from minimig.cli.printing import json_option, print_json
from minimig.commands.demo import run_demo
from minimig.commands.discovery import Discovery, discover
from minimig.commands.initialize import APPS, SINGLE, Question, config_file, plan_init, questions, write_init
from minimig.commands.templates import list_templates as all_templates
from minimig.commands.templates import write_template
from minimig.errors import UsageError


@click.command()
@click.option("--metadata", multiple=True, metavar="MODULE:NAME", help="The object that holds the models; repeatable.")
@click.option("--database-url", "database_url", help="Database URL to write; a password never is.")
@click.option("--layout", type=click.Choice(["one", "apps"]), help="One history, or one per app.")
@click.option("--template", "-t", metavar="NAME", help="Begin with a small project; see minimig list-templates.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing; take the defaults.")
@pass_session_alone
def init(
    session: Session,
    metadata: tuple[str, ...],
    database_url: str | None,
    layout: str | None,
    template: str | None,
    yes: bool,
) -> None:
    """Set up minimig in this folder: configuration and migrations folders. Overwrites nothing.

    \b
    Examples:
      minimig init
      minimig init --yes --metadata blog.models:Base --database-url sqlite:///b.db
      minimig init --template fastapi
    """
    if template is not None:
        if metadata or database_url or layout:
            raise UsageError("--template brings its own models and database, and goes with no other choice")
        _init_template(session, template)
        return
    config_file(session.folder)  # refuses a folder that is set up already, before anything is scanned or asked
    found = discover(session.folder)
    if session.verbosity:
        _print_found(session, found)
    answers = {
        "metadata": metadata,
        "url": () if database_url or session.url is None else (session.url,),
        "layout": {"one": (SINGLE,), "apps": (APPS,)}.get(layout or "", ()),
    }
    if database_url:
        answers["url"] = (database_url,)
    asking = session.interactive and not yes
    for question in questions(session.folder, found.candidates, os.environ):
        if not answers[question.key]:
            # Without a terminal, a placeholder for models that were not found is for plan_init to write, with a note.
            answers[question.key] = _ask(question) if asking else question.default if question.choices else ()
    models = answers["metadata"] or tuple(",".join(c.targets) for c in found.candidates[:1])
    plan = plan_init(
        session.folder,
        metadata=models,
        url=answers["url"][0] if answers["url"] else None,
        layout=answers["layout"][0] if answers["layout"] else SINGLE,
        environ=os.environ,
    )
    for path in write_init(plan):
        click.echo(f"Wrote {session.relative(path)}")
    for note in plan.notes:
        click.echo(f"Note: {note}", err=True)
    if session.verbosity:
        click.echo("Next: minimig makemigrations, then minimig migrate", err=True)


def _init_template(session: Session, name: str) -> None:
    template, files = write_template(name, session.folder)
    for path in files:
        click.echo(f"Wrote {session.relative(path)}")
    if session.verbosity:
        click.echo(f"Next: {template.next}", err=True)


def _print_found(session: Session, found: Discovery) -> None:
    for candidate in found.candidates:
        where = f"{session.relative(candidate.path)}:{candidate.line}"
        click.echo(f"Found {candidate.target} ({where}, tables: {candidate.tables})", err=True)
    for path, reason in found.skipped:
        click.echo(f"Skipped {session.relative(path)}: {reason}", err=True)


def _ask(question: Question) -> tuple[str, ...]:
    """Ask with numbered choices; a number or several, or text where the question takes any."""
    click.echo(question.text, err=True)
    for number, choice in enumerate(question.choices, start=1):
        click.echo(f"  {number}) {choice}", err=True)
    numbers = [str(question.choices.index(d) + 1) if d in question.choices else d for d in question.default]
    more = ", several with commas" if question.several and len(question.choices) > 1 else ""
    while True:
        text: str = click.prompt(f"Number{more}{' or your own' if question.free else ''}", ",".join(numbers), err=True)
        chosen = _read(question, text)
        if chosen:
            return chosen
        click.echo("Please answer with one of the numbers.", err=True)


def _read(question: Question, text: str) -> tuple[str, ...]:
    words = [word.strip() for word in (text.split(",") if question.several else [text]) if word.strip()]
    chosen: list[str] = []
    for word in words:
        if word.isdigit() and 1 <= int(word) <= len(question.choices):
            chosen.append(question.choices[int(word) - 1])
        elif question.free and not word.isdigit():
            chosen.append(word)
        else:
            return ()
    return tuple(chosen)


@click.command()
@json_option
def list_templates(as_json: bool) -> None:
    """List the small projects that `minimig init --template` can begin with.

    \b
    Examples:
      minimig list-templates
      minimig init --template fastapi
    """
    found = all_templates()
    if as_json:
        print_json("list-templates", {"templates": [template.to_dict() for template in found]})
        return
    width = max(len(template.name) for template in found)
    for template in found:
        click.echo(f"{click.style(template.name.ljust(width), bold=True)}  {template.summary}")


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put the copy: empty or new. By default a temporary folder.",
)
def demo(folder: Path | None) -> None:
    """Watch the whole story on a copy of the example project: detect, plan, migrate, change, fail and lose nothing.

    \b
    Example:
      minimig demo
    """
    run_demo((folder or Path(tempfile.mkdtemp(prefix="minimig-demo-"))).resolve(), click.echo)
