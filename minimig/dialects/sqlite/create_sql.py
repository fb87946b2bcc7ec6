"""Reading the CREATE statements that SQLite keeps.

SQLite has no catalog of CHECKs, constraint names or index expressions: it keeps the text of each CREATE statement, and
whoever wants to know reads the text. This is a scanner, not a parser: it splits a statement at its commas and
parentheses, knows strings, quoted names and comments, and picks out the few clauses that no PRAGMA reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minimig.state.values import SqlExpression

_TOKEN = re.compile(
    r"""
      (?P<space>\s+ | --[^\n]* | /\*.*?\*/)
    | (?P<string>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\])
    | (?P<word>[^\W\d][\w$]*)
    | (?P<other>\d[\w.]* | .)
    """,
    re.VERBOSE | re.DOTALL,
)
_TABLE_CLAUSES = {"CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN"}


@dataclass(frozen=True)
class Token:
    """A token, or a whole group in parentheses (`kind` "group"); `start` and `end` are its place in the statement."""

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


@dataclass(frozen=True)
class Clause:
    """A CHECK, UNIQUE or computed column found in a table: its name, its text, and the column it stands in."""

    kind: str
    name: str | None
    text: str
    column: str | None = None


@dataclass(frozen=True)
class IndexText:
    """What CREATE INDEX says: its elements (a column's name, or an expression), and its predicate."""

    elements: tuple[str | SqlExpression, ...]
    where: str | None = None


def table_clauses(create: str) -> Iterator[Clause]:
    """The CHECK, UNIQUE and GENERATED clauses of a CREATE TABLE statement."""
    for item in _items(_body(create)):
        yield from _clauses(item)


def index_text(create: str) -> IndexText:
    """Elements and predicate of a CREATE INDEX statement."""
    tokens = list(_tokens(create))
    place = next(i for i, token in enumerate(tokens) if token.kind == "group")
    items = _items(tokens[place].text)
    elements = tuple(
        item[0].name if len(item) == 1 and item[0].kind != "group" else SqlExpression(_text_of(item)) for item in items
    )
    rest = tokens[place + 1 :]
    where = create[rest[0].end :].strip() if rest and rest[0].word == "WHERE" else None
    return IndexText(elements, where)


def column_list(text: str) -> tuple[str, ...]:
    """Column names of `a, "b c" COLLATE NOCASE`."""
    return tuple(item[0].name for item in _items(text))


def _tokens(sql: str) -> Iterator[Token]:
    """The tokens of `sql`, each group in parentheses as one; the text of a group is what stands inside."""
    depth, start = 0, 0
    for match in _TOKEN.finditer(sql):
        kind, text = str(match.lastgroup), match[0]
        if text == "(":
            start = match.end() if depth == 0 else start
            depth += 1
        elif text == ")":
            depth -= 1
            if depth == 0:
                yield Token("group", sql[start : match.start()], start - 1, match.end())
        elif depth == 0 and kind != "space":
            yield Token(kind, text, match.start(), match.end())


def _body(create: str) -> str:
    return next((token.text for token in _tokens(create) if token.kind == "group"), "")


def _items(text: str) -> Iterator[list[Token]]:
    """The parts of `text` between commas."""
    item: list[Token] = []
    for token in _tokens(text):
        if token.text == "," and token.kind == "other":
            yield item
            item = []
        else:
            item.append(token)
    if item:
        yield item


def _text_of(tokens: Sequence[Token]) -> str:
    out = ""
    for before, token in zip([None, *tokens], tokens, strict=False):
        gap = "" if before is None or before.end == token.start else " "
        out += gap + (f"({token.text})" if token.kind == "group" else token.text)
    return out


def _clauses(item: Sequence[Token]) -> Iterator[Clause]:
    column = None if item[0].word in _TABLE_CLAUSES else item[0].name
    name: str | None = None
    for position, token in enumerate(item[1:] if column is not None else item, start=column is not None):
        following = item[position + 1] if position + 1 < len(item) else None
        group = following.text.strip() if following is not None and following.kind == "group" else None
        if token.word == "CONSTRAINT" and following is not None:
            name = following.name
        elif token.word == "CHECK" and group is not None:
            yield Clause("check", name, group, column)
            name = None
        elif token.word == "AS" and group is not None and column is not None:
            yield Clause("computed", None, group, column)
        elif token.word == "UNIQUE":
            yield Clause("unique", name, group or "", column)
            name = None
        elif token.word in ("PRIMARY", "NOT", "NULL", "DEFAULT", "REFERENCES", "COLLATE", "FOREIGN"):
            name = None
