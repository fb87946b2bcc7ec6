"""Lines whose parts stand below one another, and texts that end where the terminal does.

The last part may be cut, with an ellipsis, on a terminal alone; what is in front of it, names of revisions, never is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

import click

from minimig.cli.terminal import can_show, shown, width_of, wrapped

LEAST = 20
"""A text with less room than this beside the names stands on a line of its own."""

LEAST_WHOLE = 30
"""The same for one that is not cut, if it is as long."""

WIDEST = 30
"""A part in the middle that is longer moves what is behind it, and nobody else's."""


def cells(text: str) -> int:
    """How many columns a text takes: an emoji or a Chinese character two, an accent none, a colour none."""
    plain = click.unstyle(text)
    if plain.isascii():
        return len(plain)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in plain)


def cut(text: str, room: int | None, stream: TextIO) -> str:
    """A plain text, no wider than the room, with an ellipsis for what is missing; all of it where room is None."""
    text = shown(stream, text)
    if room is None or cells(text) <= room:
        return text
    ellipsis = "…" if can_show(stream, "…") else "..."
    while text and cells(text) + len(ellipsis) > room:
        text = text[:-1]
    return text.rstrip(" ,.;:") + ellipsis


def padded(text: str, width: int) -> str:
    """The text, with colours or without, filled up with spaces."""
    return text + " " * max(width - cells(text), 0)


def in_columns(
    rows: Sequence[Sequence[str]], stream: TextIO, indent: str = "", *, whole: bool = False
) -> Iterable[str]:
    """A line for each row of names, marks (any number of them) and a text. A column in which nobody has anything goes.

    Where the terminal is too narrow for the text beside the others, each text stands below its name, in the same item.
    A text that is to be read as a `whole` is not cut, and goes on below where it began.
    """
    if not rows:
        return
    used = [number for number in range(len(rows[0]) - 1) if number == 0 or any(row[number] for row in rows)]
    widths = [_width([row[number] for row in rows], number) for number in used]
    columns = width_of(stream)
    taken = len(indent) + sum(widths) + 2 * len(widths)
    longest = max(cells(row[-1]) for row in rows)
    least = max(LEAST, min(longest, LEAST_WHOLE)) if whole else LEAST
    below = columns is not None and columns - taken < least and longest > 0
    for row in rows:
        parts = [padded(row[number], width) for number, width in zip(used, widths, strict=True)]
        names, text = f"{indent}{'  '.join(parts)}".rstrip(), row[-1]
        if below:
            if taken > (columns or 0):
                names = indent + "  ".join(row[number] for number in used if row[number])
            yield f"{names}\n{_ended(f'{indent}    ', text, stream, whole=whole)}" if text else names
            continue
        front = indent + "  ".join(parts) + "  "
        yield _ended(front, text, stream, whole=whole) if text else names


def _ended(front: str, text: str, stream: TextIO, *, whole: bool) -> str:
    if whole:
        return wrapped(front, text, stream)
    columns = width_of(stream)
    return front + cut(text, None if columns is None else max(columns - cells(front), 8), stream)


def _width(column: Sequence[str], number: int) -> int:
    widest = max(cells(text) for text in column)
    return widest if number == 0 else min(widest, WIDEST)
