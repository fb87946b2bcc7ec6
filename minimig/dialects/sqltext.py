"""SQL text tidied up far enough to be compared.

Databases store an expression parsed and print it in a style of their own. White space, the case of keywords, quotes
that are not needed and parentheses around the whole are style on every database, and are evened out here. What goes
deeper (casts that PostgreSQL writes out, `IN` turned into `= ANY`) only the database itself can say: see `probe`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from minimig.state.values import SqlExpression

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<string>[eE]?'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*" | `(?:[^`]|``)*`)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d[\w.]*)
    | (?P<operator><=|>=|<>|!=|\|\||::|->>|->|\#>>|\#>|&&|@>|<@|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SORTED_COLUMN = re.compile(r"""\s*(\w+|`[^`]+`|"[^"]+")(\s+(ASC|DESC))?\s*""", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_$]*")
_OPERATOR_WORDS = frozenset(["and", "or", "not", "in", "as", "is", "like", "between", "then", "else", "when", "case"])
_OPENING = frozenset(["("])
_TIGHT_AFTER = frozenset(["(", ".", "::", "["])
_TIGHT_BEFORE = frozenset([")", ",", ".", "::", "[", "]"])


@lru_cache(maxsize=4096)  # a thousand tables say few things that differ
def canonical(sql: str) -> str:
    """`sql` in one style. Two texts that come out alike mean the same; two that do not may still do so."""
    tokens = _without_outer_parentheses(list(_tokens(sql)))
    if len(tokens) == 2 and tokens[0] in ("-", "+") and tokens[1][0].isdigit():
        return tokens[1] if tokens[0] == "+" else "".join(tokens)
    return "".join(_spaced(tokens))


def is_expression(element: str | SqlExpression) -> bool:
    """Whether an index element is more than a column, ascending or descending."""
    return not isinstance(element, str) and _SORTED_COLUMN.fullmatch(element.text) is None


def truth(sql: str) -> str:
    """`true` and `false` for a database that has numbers in their place; other SQL as it is."""
    return {"true": "1", "false": "0"}.get(sql.strip().lower(), sql)


def _tokens(sql: str) -> Iterator[str]:
    for match in _TOKEN.finditer(sql):
        kind, text = match.lastgroup, match[0]
        if kind == "word":
            yield text.lower()
        elif kind == "quoted":
            name = text[1:-1].replace(text[0] * 2, text[0])
            yield name if _PLAIN_NAME.fullmatch(name) else '"' + name.replace('"', '""') + '"'
        elif kind != "space":
            yield "<>" if text == "!=" else text


def _without_outer_parentheses(tokens: list[str]) -> list[str]:
    while len(tokens) > 2 and tokens[0] == "(" and _closing(tokens) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _closing(tokens: list[str]) -> int:
    """Where the parenthesis that opens at the beginning is closed."""
    depth = 0
    for position, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth == 0:
            return position
    return -1


def _spaced(tokens: list[str]) -> Iterator[str]:
    before = ""
    for token in tokens:
        named = before[:1].isalpha() or before[:1] in ("_", '"')
        call = token in _OPENING and named and before not in _OPERATOR_WORDS
        if before and not call and before not in _TIGHT_AFTER and token not in _TIGHT_BEFORE:
            yield " "
        yield token
        before = token
