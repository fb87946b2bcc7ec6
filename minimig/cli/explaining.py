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
    if len(words) == 1 and CODE.fullmatch(words[0]):
        click.echo(deferred("minimig.lessons.catalogue").page(words[0].upper()).plain, nl=False)
        return 0
    ctx = click.get_current_context()
    if lines:
        ctx.meta[STDOUT] = sys.stdout
        with redirect_stdout(sys.stderr):
            return _run(ctx, session, words, depth, lines=True)
    return _run(ctx, session, words, depth, lines=False)


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
    them = f"explain goes with: {', '.join(sorted(known))}"
    if name in group.list_commands(parent):
        raise UsageError(f"{name} has no stages that could be told", hint=them)
    raise UsageError(
        f"there is no command and no error code {name!r}",
        hint=nearest(name, known) or f"{them}; codes look like MM210",
    )


def _first_line(name: str, rest: list[str]) -> str:
    if name in ONLY_LOOKING or NOTHING.intersection(rest):
        return f"minimig {name} only looks here: nothing is changed."
    instead = f" To look only: minimig explain {name} {LOOKING[name]}" if name in LOOKING else ""
    return f"This is a real run: {name} does what it always does.{instead}"
