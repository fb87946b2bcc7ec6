"""`minimig explain`: a command that narrates its own run, and the pages of error codes."""

from __future__ import annotations

import re
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from typing import Any, cast

import click

from minimig.cli.context import STDOUT, Session, deferred, pass_session_alone
from minimig.cli.narrated import narrated
from minimig.cli.printing import print_json
from minimig.errors import UsageError, nearest

LOOKING = {"migrate": "--plan", "upgrade": "--plan", "downgrade": "--plan", "makemigrations": "--dry-run"}
"""Commands that change something, and the option with which they only look."""
CHANGING = ("merge", "rebase", "repair", "squashmigrations", "optimizemigration", "stamp", "tag")
ONLY_LOOKING = (
    *("branches", "check", "current", "diagnose", "diff", "graph", "heads", "history", "show", "showmigrations"),
    *("snapshot", "sqlmigrate"),
)
NOTHING = {"--plan", "--dry-run", "--check", "--sql", "--help", "-h"}
"""Options with which a command of LOOKING changes nothing."""
LISTING = ("repair", "tag")
"""Commands of CHANGING that list what there is when no name goes with them."""
OUTPUT = re.compile(r"-o.*|--output(=.*)?")
CODE = re.compile(r"MM\d{3}", re.IGNORECASE)


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="COMMAND... | CODE")
@click.option("--depth", type=click.IntRange(1, 3), help="1 a line for each stage, 2 with its values, 3 everything.")
@click.option("--json", "lines", is_flag=True, help="One JSON object for each event on stdout; the rest on stderr.")
@pass_session_alone
def explain(session: Session, words: tuple[str, ...], depth: int | None, lines: bool) -> Any:
    """Run a command and tell each of its stages as it happens, or print the page of an error code.

    The command does what it always does: explain migrate migrates. The narration goes to stderr, results to stdout.

    \b
    Examples:
      minimig explain makemigrations --dry-run
      minimig explain migrate --plan
      minimig explain --depth 3 migrate
      minimig explain sqlmigrate blog 0002
      minimig explain MM210
    """
    if not words:
        raise UsageError(
            "explain needs a command, or an error code", hint="for example: minimig explain migrate --plan"
        )
    if CODE.fullmatch(words[0]):
        return _page(words, as_json=lines)
    ctx = click.get_current_context()
    if lines:
        ctx.meta[STDOUT] = sys.stdout
        with redirect_stdout(sys.stderr):
            return _run(ctx, session, words, depth, lines=True)
    return _run(ctx, session, words, depth, lines=False)


def _page(words: tuple[str, ...], *, as_json: bool) -> int:
    code, *more = words
    if more:
        raise UsageError("the page of an error code stands alone", hint=f"minimig explain {code}")
    page = deferred("minimig.lessons.catalogue").page(code.upper())
    if as_json:
        print_json("explain", {"code": page.code, "title": page.title, "text": page.plain})
    else:
        click.echo(page.plain, nl=False)
    return 0


def _run(ctx: click.Context, session: Session, words: tuple[str, ...], depth: int | None, *, lines: bool) -> Any:
    name, *rest = words
    command = _command(ctx, name)
    click.echo(_first_line(name, rest), err=True)
    parent = cast("click.Context", ctx.parent)
    narrator = narrated(session, depth, numbered=True, as_json=lines, to_stdout=lines).tell
    parent.obj = replace(parent.obj, tell=narrator)  # -v behind explain is for the narration alone
    with command.make_context(name, rest, parent=parent) as inner:
        return command.invoke(inner)


def _command(ctx: click.Context, name: str) -> click.Command:
    """The command of that name. Raises UsageError for one that has no stages to tell of, or that does not exist."""
    parent = cast("click.Context", ctx.parent)
    group = cast("click.Group", parent.command)
    known = (*LOOKING, *CHANGING, *ONLY_LOOKING)
    if name in known:
        return cast("click.Command", group.get_command(parent, name))
    if name.startswith("-"):
        raise UsageError(
            f"explain itself has no option {name}",
            hint="options of a command stand behind its name: minimig explain migrate --plan",
        )
    them = f"explain goes with: {', '.join(sorted(known))}"
    if name in group.list_commands(parent):
        raise UsageError(f"{name} has no stages that could be told", hint=them)
    raise UsageError(
        f"there is no command and no error code {name!r}",
        hint=nearest(name, known) or f"{them}; codes look like MM210",
    )


def _first_line(name: str, rest: list[str]) -> str:
    lists = name in LISTING and all(word.startswith("-") for word in rest)
    if name in ONLY_LOOKING or lists or NOTHING.intersection(rest):
        nothing = "nothing but the file of its output" if any(map(OUTPUT.fullmatch, rest)) else "nothing"
        return f"minimig {name} only looks here: {nothing} is changed."
    instead = f" To look only: minimig explain {name} {LOOKING[name]}" if name in LOOKING else ""
    return f"This is a real run: {name} does what it always does.{instead}"
