"""Reading and renaming identifiers inside SQL text.

A CHECK, a computed column or an index expression is text as far as a state is concerned. When a column is renamed the
database rewrites such text by itself, so the state must follow. A tokenizer is enough for that: it knows strings,
quoted names and plain words, and never has to understand the expression.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_TOKEN = re.compile(
    r"""
      (?P<string>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*" | `(?:[^`]|``)*`)
    | (?P<call>[^\W\d]\w*(?=\s*\())
    | (?P<word>[^\W\d]\w*)
    | (?P<other>\d[\w.]* | .)
    """,
    re.VERBOSE | re.DOTALL,
)


def _tokens(sql: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(sql):
        yield str(match.lastgroup), match[0]


def _unquote(token: str) -> str:
    quote = token[0]
    return token[1:-1].replace(quote * 2, quote)


_CONSTANT = re.compile(r"\s*([-+]?\d+(\.\d+)?|'(?:[^']|'')*'|true|false|null)\s*", re.IGNORECASE)


def is_constant(sql: str) -> bool:
    """Whether `sql` is a plain number, string, true, false or null."""
    return _CONSTANT.fullmatch(sql) is not None


def has_subquery(sql: str) -> bool:
    """Whether `sql` looks into other rows or tables, so that nobody can tell what it reads."""
    return any(kind in ("word", "call") and token.lower() == "select" for kind, token in _tokens(sql))


_WORD = re.compile(r"[^\W\d]\w*")
_EVERYTHING = re.compile(r"(?:\bselect|\bdistinct|\ball|,|\.)\s*\*|\bnatural\b", re.IGNORECASE)
_STRING = re.compile(r"'((?:[^']|'')*)'")


def string_value(sql: str) -> str | None:
    """The Python string of a plain SQL string literal, or None when `sql` is anything else."""
    match = _STRING.fullmatch(sql)
    return match[1].replace("''", "'") if match else None


def speaks_of(sql: str, string: str) -> bool:
    """Whether a string literal of `sql` is `string`, or an array such as '{a,b}' with `string` among its items."""
    return string in strings_in(sql)


def strings_in(sql: str) -> frozenset[str]:
    """The string literals of `sql`; of one that is an array, such as '{a,b}', the items."""
    values = (string_value(token) for kind, token in _tokens(sql) if kind == "string")
    return frozenset(item for value in values if value is not None for item in _items_of_array(value) or [value])


def replace_string(sql: str, old: str, new: str) -> str:
    """`sql` with the string `old` replaced by `new` where it is a literal, or an item of a literal such as '{a,b}'."""

    def replaced(value: str) -> str:
        items = _items_of_array(value)
        if items:
            return "{" + ",".join(new if item == old else item for item in items) + "}" if old in items else value
        return new if value == old else value

    out: list[str] = []
    for kind, token in _tokens(sql):
        value = string_value(token) if kind == "string" else None
        out.append(token if value is None else "'" + replaced(value).replace("'", "''") + "'")
    return "".join(out)


def _items_of_array(value: str) -> list[str]:
    """The items of `{a,"b"}`; none when it is no array."""
    if value[:1] != "{" or value[-1:] != "}":
        return []
    return [item.strip().strip('"') for item in value[1:-1].split(",")]


def rename_type_in(sql: str, old: str, new: str, quoted_new: str) -> str:
    """`sql` with a type called otherwise: a name after `::`, or after AS, whatever schema stands before it."""
    out: list[str] = []
    casting = False
    for kind, text in _tokens(sql):
        named = kind in ("word", "quoted")
        if casting and named and (_unquote(text) if kind == "quoted" else text) == old:
            out.append(quoted_new if kind == "word" else '"' + new.replace('"', '""') + '"')
            casting = False
            continue
        out.append(text)
        if text == ":" or (kind == "word" and text.lower() == "as"):
            casting = True
        elif not (named or text == "." or text.isspace()):
            casting = False
    return "".join(out)


def names_in(sql: str, among: Collection[str]) -> tuple[str, ...]:
    """Those of the column names `among` that occur in `sql`, in order of first appearance.

    A word followed by an opening parenthesis is a call: `length(x)` does not speak of a column called `length`.
    """
    return _found(sql, among, ("word",))


def words_in(text: str, among: Collection[str]) -> tuple[str, ...]:
    """Those of the names `among` that stand anywhere in `text`, be it a call, a quoted name, or inside a string.

    For the bodies of views and functions, where `nextval('s')` and a body in quotes speak of other things by name.
    """
    words = frozenset(_WORD.findall(text.lower()))
    return tuple(name for name in among if name.lower() in words or (not _WORD.fullmatch(name) and name in text))


def selects_all(sql: str) -> bool:
    """Whether `sql` has a `*` that stands for whatever columns there are, or joins by them: NATURAL.

    The `*` of `count(*)` is another.
    """
    return _EVERYTHING.search("".join(token for kind, token in _tokens(sql) if kind != "string")) is not None


def mentions(sql: str, among: Collection[str]) -> bool:
    """Whether any of the words `among` occurs in `sql`, also before a parenthesis: `INSERT INTO users(name)`."""
    return bool(_found(sql, among, ("word", "call")))


def _found(sql: str, among: Collection[str], plain: Collection[str]) -> tuple[str, ...]:
    folded = {name.lower(): name for name in among}
    found: dict[str, None] = {}
    for kind, token in _tokens(sql):
        if kind == "quoted" and _unquote(token) in among:
            found[_unquote(token)] = None
        elif kind in plain and token.lower() in folded:
            found[folded[token.lower()]] = None
    return tuple(found)


def rename_in(sql: str, old: str, new: str, quoted_new: str, quoted_old: str | None = None) -> str:
    """`sql` with every identifier `old` replaced by `new`; `quoted_new` is the spelling for plain (unquoted) places.

    Function names are left alone: a word followed by an opening parenthesis is a call. A place that is spelled
    `quoted_old` counts as plain, when the old name needed its quotes: renaming there and back gives the same text.
    """
    out: list[str] = []
    for kind, token in _tokens(sql):
        if token == quoted_old:
            out.append(quoted_new)
        elif kind == "quoted" and _unquote(token) == old:
            quote = token[0]
            out.append(quote + new.replace(quote, quote * 2) + quote)
        elif kind == "word" and token.lower() == old.lower():
            out.append(quoted_new)
        else:
            out.append(token)
    return "".join(out)


def spell_like(sql: str, names: Collection[str]) -> str:
    """`sql` with names that were written in another case written as the column is: `NAME <> ''` as `name <> ''`.

    Only for names that need no quotes, which no database tells apart by case; a rename there and back is exact then.
    """
    if sql == sql.lower():
        return sql
    plain = {name.lower(): name for name in names if name == name.lower()}
    return "".join(plain.get(token.lower(), token) if kind == "word" else token for kind, token in _tokens(sql))


def requote(sql: str, names: Collection[str] | None, quote: str) -> str:
    """`sql` with those double-quoted identifiers that are among `names`, or all of them, quoted by another sign.

    MySQL reads `"name"` as a string unless ANSI_QUOTES is on (MySQL manual, 11.2 Schema Object Names).
    """
    return "".join(
        quote + _unquote(token).replace(quote, quote * 2) + quote
        if kind == "quoted" and token[0] == '"' and (names is None or _unquote(token) in names)
        else token
        for kind, token in _tokens(sql)
    )
