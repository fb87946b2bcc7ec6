"""Text as a literal that Oracle takes and SQL*Plus leaves alone.

A literal holds 4,000 bytes, in PL/SQL 32,767, and a line of SQL*Plus about 2,500 signs; a hyphen at the end of a line,
or a line that is nothing but a slash or a point, means something to it even inside a string. Text with one of these is
put together from its lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

IN_SQL = 1000
IN_PLSQL = 8000
"""How many signs fit into a literal, four bytes each."""

_FOR_THE_CLIENT = re.compile(r"-[ \t]*\r?$|^[ \t]*[/.][ \t]*\r?$", re.MULTILINE)
_LONGEST_LINE = 1000


def text_literal(text: str, longest: int = IN_SQL) -> str:
    """The text in quotes, or put together from its lines."""
    lines = text.split("\n")
    if len(text) <= longest and max(map(len, lines)) <= _LONGEST_LINE and not _FOR_THE_CLIENT.search(text):
        return _quoted(text)
    return "\n || ".join(_pieces(lines))


def _pieces(lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        parts = [line[start : start + _LONGEST_LINE] for start in range(0, len(line), _LONGEST_LINE)]
        yield from (f"TO_CLOB({_quoted(part)})" for part in parts)
        if number < len(lines) - 1:
            yield "TO_CLOB(CHR(10))"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
