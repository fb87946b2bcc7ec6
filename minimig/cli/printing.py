"""How results look on a terminal: aligned lines, a symbol before each operation, colour only as an addition.

Everything printed to stdout is the result that was asked for; progress and questions go to stderr. click leaves colours
out when the output is not a terminal or NO_COLOR is set.
"""

from __future__ import annotations

import json
import sys
from codecs import lookup
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from minimig.cli.bar import Progress, bar_text
from minimig.cli.context import STDOUT
from minimig.cli.open_line import OpenLine
from minimig.cli.terminal import can_show, width_of, wrapped
from minimig.errors import MinimigError
from minimig.operations.base import Operation
from minimig.revisions.details import details
from minimig.revisions.replay import Change
from minimig.revisions.serializer import Serializer

COLOURS = {"+": "green", "-": "red", "~": "yellow", "p": "cyan", "s": "cyan", "?": "magenta"}

LEAST_BAR = 34
"""With less room than this behind it, a line that stands open has its bar below."""

MANY_COLUMNS = 200
"""How wide a page is that has no end, for what is to be aligned."""

JSON_FORMAT = 1
"""The version of the shape that `--json` prints; it grows when a name goes or means something else."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def print_json(command: str, data: Mapping[str, Any]) -> None:
    """Print a result for programs: the version of the shape, the command, and its data."""
    text = json.dumps({"format": JSON_FORMAT, "command": command, **data}, indent=2, default=str)
    click.echo(text, file=click.get_current_context().meta.get(STDOUT))


def print_source(text: str, *, nl: bool = True) -> None:
    """Print what is no prose, SQL or Python: exactly, or with an error, for another character would be another program.

    click itself takes a stream that claims to be ASCII for one that nobody has set up, and writes UTF-8.
    """
    encoding = sys.stdout.encoding
    if encoding and lookup(encoding).name != "ascii" and not can_show(sys.stdout, text):
        raise MinimigError(
            f"what is to be printed has characters that the encoding {encoding} lacks; nothing was printed",
            hint="set PYTHONIOENCODING=utf-8, or let it be written to a file with -o where the command has that",
        )
    click.echo(text, nl=nl)


def operation_lines(operations: Iterable[Operation], indent: str = "    ") -> Iterable[str]:
    """One line for each operation: `+ add column posts.slug`; on a terminal, a long one goes on below its words."""
    for operation in operations:
        symbol = click.style(operation.symbol, fg=COLOURS.get(operation.symbol))
        yield wrapped(f"{indent}{symbol} ", operation.describe(), sys.stdout)


def change_lines(changes: Iterable[Change], indent: str = "    ") -> Iterable[str]:
    """As `operation_lines`, each with what it changes from and to on lines below."""
    for change in changes:
        yield from operation_lines([change.operation], indent)
        yield from (click.style(wrapped(f"{indent}    ", line, sys.stdout), dim=True) for line in details(change))


def operation_data(operation: Operation, serializer: Serializer) -> dict[str, Any]:
    """An operation for `print_json`: its kind, what it is about, in words, and as a revision file has it."""
    return {
        "operation": type(operation).__name__,
        "symbol": operation.symbol,
        "about": operation.home,
        "words": operation.describe(),
        "source": serializer.operation_source(operation),
    }


def change_data(change: Change, serializer: Serializer) -> dict[str, Any]:
    """The same with what it changes from and to."""
    return {**operation_data(change.operation, serializer), "details": details(change)}


def plural(number: int, noun: str) -> str:
    """`1 migration`, `2 migrations`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def seconds(value: float) -> str:
    """A duration in seconds with two digits after the point."""
    return f"{value:.2f}s"


def mark(applied: bool) -> str:
    """The box before a revision in a list."""
    return click.style("[X]", fg="green") if applied else "[ ]"


class StepPrinter:
    """One aligned line for each step: `Applying blog.0002_add_slug ... ok  0.02s`, its first half before it runs.

    Where the longest would be too long for the terminal, the others end at its right side.
    """

    BESIDE = len("  Taking back ") + len(" ok    0.00s") + 2

    def __init__(self, revisions: Sequence[str]) -> None:
        room = (width_of(sys.stdout) or MANY_COLUMNS) - self.BESIDE
        self._width = min(max((len(revision) for revision in revisions), default=0) + 3, room)
        self._first = ""
        self._line = OpenLine(sys.stdout)
        self._below = self._begun = False

    def start(self, verb: str, revision: str) -> None:
        """Print the first half of the line."""
        dots = "." * max(3, self._width - len(revision))
        self._first = f"  {verb} {click.style(revision, bold=True)} {dots} "
        self._below, self._begun = False, True
        self.open()

    def open(self) -> None:
        """Print the first half of the line once more: something else was printed since."""
        click.echo(self._first, nl=False)
        sys.stdout.flush()

    @contextmanager
    def interrupted(self) -> Iterator[None]:
        """Around what is printed on stderr while the line stands open: on a terminal both would share one line."""
        terminal = self._begun and sys.stdout.isatty()
        if terminal and not self._line.clear():
            click.echo()
        yield
        if terminal:
            self._below = False
            self.open()

    def meanwhile(self, progress: Progress, *, at_once: bool = False) -> None:
        """On a terminal: a bar behind the first half, or in the line below where there is no room for one."""
        if not self._begun:
            return
        length = len(click.unstyle(self._first))
        if self._line.works and not self._below and self._line.room - length < LEAST_BAR:
            click.echo()
            self._below = True
        first = "      " if self._below else self._first
        taken = len(click.unstyle(first))
        self._line.show(lambda room: first + bar_text(progress, room - taken, sys.stdout), at_once=at_once)

    def done(self, word: str, took: float | None) -> None:
        """Finish the line."""
        self._clean()
        tail = "" if took is None else f"  {took:6.2f}s"
        click.echo(click.style(word, fg="green") + tail)

    def failed(self, word: str = "FAILED") -> None:
        """Finish the line of a step that failed; the error follows on stderr."""
        self._clean()
        click.echo(click.style(word, fg="red", bold=True))

    def _clean(self) -> None:
        self._begun = False
        if self._line.clear():
            click.echo("      " if self._below else self._first, nl=False)
