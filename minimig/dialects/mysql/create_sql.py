"""Reading SHOW CREATE TABLE, where no catalog and no Inspector tells what a column is: temporary tables on MariaDB.

A line for a column becomes its default as written, ON UPDATE included, and whether the server calls it JSON, which
MariaDB keeps as LONGTEXT with a CHECK.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME, _QUOTED = r"`((?:[^`]|``)+)`", r"'(?:[^'\\]|''|\\.)*'"
_COLUMN = re.compile(rf"^  {_NAME} ((?:{_QUOTED}|[^'\n])*)$", re.MULTILINE)
_DEFAULT = re.compile(rf"(?:{_QUOTED}|[^'])*? DEFAULT (.+)")


@dataclass(frozen=True)
class ColumnLine:
    """One column of a CREATE TABLE statement as MariaDB prints it."""

    name: str
    default: str | None
    json: bool


def column_lines(create: str) -> Iterator[ColumnLine]:
    """The columns of a table made for asking: it has no comments, and no CHECKs but those of JSON."""
    for name, rest in _COLUMN.findall(create):
        plain = rest.removesuffix(",")
        text = plain.removesuffix(f" CHECK (json_valid(`{name}`))")
        default = _DEFAULT.fullmatch(text)
        told = None if default is None or default[1] == "NULL" else default[1]
        yield ColumnLine(name.replace("``", "`"), told, text != plain)
