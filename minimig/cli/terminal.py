"""What a stream can show: how wide it is, whether a line can be written over, which characters it has.

A pipe has no width and nothing is cut, wrapped or written over in it: whoever reads it gets every word. The same holds
for TERM=dumb but for the width: such a terminal has lines, and no way back to the beginning of one.
"""

from __future__ import annotations

import io
import os
import textwrap
from typing import TextIO

import click

NARROWEST = 30
"""Below this many columns nothing is wrapped: the terminal does it as well."""


def width_of(stream: TextIO) -> int | None:
    """The columns of the terminal behind a stream, None where there is none. COLUMNS overrides, as everywhere."""
    if not stream.isatty():
        return None
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80  # 0: a terminal that nobody has told its size
    except (OSError, ValueError):
        return 80


def is_dumb() -> bool:
    """Whether the terminal takes text and nothing else."""
    return os.environ.get("TERM", "") in {"dumb", "unknown"}


def can_rewrite(stream: TextIO) -> bool:
    """Whether what stands on the last line can be written over."""
    return stream.isatty() and not is_dumb()


def can_show(stream: TextIO, text: str) -> bool:
    """Whether these characters have a place in the stream's encoding."""
    try:
        text.encode(stream.encoding or "utf-8")  # a stream in memory has none, and every character
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def shown(stream: TextIO, text: str) -> str:
    """The text as far as the stream has its characters, the others by number: an emoji is `\\U0001f680`."""
    return text if can_show(stream, text) else text.encode("ascii", "backslashreplace").decode("ascii")


def never_fail_to_encode(*streams: TextIO | None) -> None:
    """Have characters that a stream lacks written by number, where Python would end with an error."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def wrapped(first: str, text: str, stream: TextIO) -> str:
    """`first`, then the text; on a terminal its lines break between words, and go on below where they began.

    Words are never broken, so that a path or a URL can be copied.
    """
    columns, indent = width_of(stream), len(click.unstyle(first))
    if columns is None or columns < max(NARROWEST, indent + 20):
        return first + text
    below = " " * indent
    lines = [
        part
        for line in text.split("\n")
        for part in textwrap.wrap(line, columns - indent, break_long_words=False, break_on_hyphens=False) or [""]
    ]
    return first + f"\n{below}".join(lines)
