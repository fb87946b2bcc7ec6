"""How results look on a terminal: aligned lines, a symbol before each operation, colour only as an addition.

Everything printed to stdout is the result that was asked for; progress and questions go to stderr. click leaves colours
out when the output is not a terminal or NO_COLOR is set.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from minimig.cli.context import STDOUT
from minimig.operations.base import Operation
from minimig.revisions.details import details
from minimig.revisions.replay import Change
from minimig.revisions.serializer import Serializer

COLOURS = {"+": "green", "-": "red", "~": "yellow", "p": "cyan", "s": "cyan", "?": "magenta"}


JSON_FORMAT = 1
"""The version of the shape that `--json` prints; it grows when a name goes or means something else."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def print_json(command: str, data: Mapping[str, Any]) -> None:
    """Print a result for programs: the version of the shape, the command, and its data."""
    text = json.dumps({"format": JSON_FORMAT, "command": command, **data}, indent=2, default=str)
    click.echo(text, file=click.get_current_context().meta.get(STDOUT))


def operation_lines(operations: Iterable[Operation], indent: str = "    ") -> Iterable[str]:
    """One line for each operation: `+ add column posts.slug`."""
    for operation in operations:
        symbol = click.style(operation.symbol, fg=COLOURS.get(operation.symbol))
        yield f"{indent}{symbol} {operation.describe()}"


def change_lines(changes: Iterable[Change], indent: str = "    ") -> Iterable[str]:
    """As `operation_lines`, each with what it changes from and to on lines below."""
    for change in changes:
        yield from operation_lines([change.operation], indent)
        yield from (f"{indent}    {click.style(line, dim=True)}" for line in details(change))


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
    """One aligned line for each step: `Applying blog.0002_add_slug ... ok  0.02s`, its first half before it runs."""

    def __init__(self, revisions: Sequence[str]) -> None:
        self._width = max((len(revision) for revision in revisions), default=0) + 3
        self._first = ""
        self._rewritten = False

    def start(self, verb: str, revision: str) -> None:
        """Print the first half of the line."""
        dots = "." * max(3, self._width - len(revision))
        self._first = f"  {verb} {click.style(revision, bold=True)} {dots} "
        click.echo(self._first, nl=False)
        sys.stdout.flush()

    def again(self, words: str = "") -> None:
        """On a terminal: write the first half anew, in its place, with what there is to say meanwhile behind it."""
        click.echo(f"\r{self._first}{words}\x1b[K", nl=False)
        sys.stdout.flush()
        self._rewritten = bool(words)

    def done(self, word: str, took: float | None) -> None:
        """Finish the line."""
        self._clean()
        tail = "" if took is None else f"  {took:6.2f}s"
        click.echo(click.style(word, fg="green") + tail)

    def failed(self) -> None:
        """Finish the line of a step that failed; the error follows on stderr."""
        self._clean()
        click.echo(click.style("FAILED", fg="red", bold=True))

    def _clean(self) -> None:
        if self._rewritten:
            self.again()
