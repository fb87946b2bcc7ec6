"""SQLite's SQL cut into tokens: strings, quoted names, words, and whole groups in parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
      (?P<space>\s+ | --[^\n]* | /\*.*?(?:\*/|\Z))
    | (?P<string>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\])
    | (?P<word>[^\W\d][\w$]*)
    | (?P<other>\d[\w.]* | .)
    """,
    re.VERBOSE | re.DOTALL,
)
_MARK = re.compile(
    r"""
      '(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\] | --[^\n]* | /\*.*?(?:\*/|\Z)
    | (?P<mark>[(),])
    """,
    re.VERBOSE | re.DOTALL,
)
"""What may hide a comma or a parenthesis, and these."""


class Token(NamedTuple):
    """A token, or a whole group in parentheses (`kind` "group"); `start` and `end` are its place in the text.

    The text of a group is what stands inside; its place includes the parentheses.
    """

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """A keyword in capitals; empty for anything else, quoted names included."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """An identifier without its quotes."""
        if self.kind not in ("quoted", "string"):
            return self.text
        closing = self.text[-1]
        return self.text[1:-1].replace(closing * 2, closing)


def tokens(sql: str) -> Iterator[Token]:
    """The tokens of `sql` without white space and comments, each group in parentheses as one."""
    depth, start = 0, 0
    for match in _TOKEN.finditer(sql):
        kind = str(match.lastgroup)
        if kind == "space":
            continue
        text = match[0]
        if text == "(" and kind == "other":
            start = match.end() if depth == 0 else start
            depth += 1
        elif text == ")" and kind == "other":
            depth -= 1
            if depth == 0:
                yield Token("group", sql[start : match.start()], start - 1, match.end())
        elif depth == 0:
            yield Token(kind, text, match.start(), match.end())


def flat(sql: str) -> tuple[str, ...]:
    """Every token as it is written, parentheses and what is in them included; white space and comments left out."""
    return tuple(match[0] for match in _TOKEN.finditer(sql) if match.lastgroup != "space")


def items(text: str) -> Iterator[list[Token]]:
    """The parts of `text` between commas."""
    item: list[Token] = []
    for token in tokens(text):
        if token.text == "," and token.kind == "other":
            yield item
            item = []
        else:
            item.append(token)
    if item:
        yield item


def parted(sql: str) -> tuple[list[str], str]:
    """What stands between the commas of the first group in parentheses, and all that follows that group.

    The text is only searched for what parts it, which is a tenth of the work of cutting it into tokens.
    """
    found: list[str] = []
    depth, start = 0, 0
    for match in _MARK.finditer(sql):
        mark = match["mark"]
        if mark == "(":
            depth += 1
            start = match.end() if depth == 1 else start
        elif mark is not None and depth == 1:
            found.append(sql[start : match.start()])
            start = match.end()
            if mark == ")":
                return found, sql[start:]
        elif mark == ")":
            depth -= 1
    return found, ""


def excerpt(text: str, part: Sequence[Token]) -> str:
    """What was written from the first to the last of these tokens of `text`, comments in between included."""
    return text[part[0].start : part[-1].end] if part else ""


def spaced(part: Sequence[Token]) -> str:
    """The tokens with one space wherever there was any, comments left out."""
    out = ""
    for before, token in zip([None, *part], part, strict=False):
        gap = "" if before is None or before.end == token.start else " "
        out += gap + (f"({token.text})" if token.kind == "group" else token.text)
    return out


def without_qualifier(sql: str, table: str) -> str:
    """`sql` with `table.` taken off column names, which mean the same without it inside a table's own CHECK."""
    if "." not in sql:
        return sql
    found = [match for match in _TOKEN.finditer(sql) if match.lastgroup != "space"]
    out, last = "", 0
    for one, dot in pairwise(found):
        token = Token(str(one.lastgroup), one[0], one.start(), one.end())
        named = token.kind in ("word", "quoted") and token.name.lower() == table.lower()
        if named and dot[0] == "." and one.start() >= last:
            out, last = out + sql[last : one.start()], dot.end()
    return out + sql[last:]
