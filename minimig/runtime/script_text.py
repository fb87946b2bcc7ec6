"""A script as text: the lines of its steps, as the dialect's own client reads them.

Comments hold words from files; each is put on one line, so that nothing in it can become a statement.
"""

from __future__ import annotations

from collections.abc import Iterator

from minimig.dialects.script_style import Group, ScriptStyle
from minimig.runtime.script import OperationSQL, StepSQL

VERSION_TABLE = "version table"


def one_line(text: str) -> str:
    """A text without line ends, for a comment."""
    return " ".join(text.split())


def step_lines(step: StepSQL, style: ScriptStyle, dialect: str) -> Iterator[str]:
    """The lines of a step, its transaction included. Raises UnsupportedError for a guard that has no words here."""
    opening, closing = step.frame
    yield from map(style.terminated, opening)
    if step.guard is not None:
        yield from (f"-- {note}" for operation in step.operations for note in _left_out(operation))
        yield from style.guarded(step.guard, _groups(step), dialect)
    else:
        yield from _plain_lines(step, style)
    yield from map(style.terminated, closing)


def _plain_lines(step: StepSQL, style: ScriptStyle) -> Iterator[str]:
    for part in step.operations:
        yield f"-- {one_line(part.operation.describe())}"
        yield from map(style.terminated, part.statements)
        yield from (f"-- {note}" for note in _left_out(part))
        if not part.statements and part.left_out is None:
            yield "-- (no statement)"
    if not step.operations and not step.step.faked:
        yield "-- (no operations)"
    if step.rows:
        yield f"-- {VERSION_TABLE}"
        yield from map(style.terminated, step.rows)


def _left_out(part: OperationSQL) -> Iterator[str]:
    if part.left_out is not None:
        yield f"MINIMIG: not in this script: {one_line(part.left_out)}"


def _groups(step: StepSQL) -> list[Group]:
    parts = [(one_line(part.operation.describe()), part.statements) for part in step.operations]
    return [*parts, (VERSION_TABLE, step.rows)]
