"""Reading the CREATE statements that SQLite keeps.

SQLite has no catalog of CHECKs, constraint names or index expressions: it keeps the text of each CREATE statement, and
whoever wants to know reads the text. Here a CREATE TABLE becomes its columns, each with a type and clauses, its
constraints, and what follows them; every part keeps the words it was written in, so that a rebuild can repeat them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from minimig.dialects.sqlite.tokens import Token, excerpt, items, parted, spaced, tokens
from minimig.state.values import SqlExpression

CONSTRAINTS = frozenset(["primary key", "unique", "check", "foreign key"])
"""Kinds of clauses that may also stand on their own, beside the columns."""

_KINDS = {
    "PRIMARY": "primary key",
    "UNIQUE": "unique",
    "CHECK": "check",
    "FOREIGN": "foreign key",
    "REFERENCES": "foreign key",
    "NOT": "not null",
    "NULL": "null",
    "DEFAULT": "default",
    "COLLATE": "collate",
    "GENERATED": "computed",
    "AS": "computed",
    "CONSTRAINT": "name",
}
_NAMED = re.compile(
    r"(?P<head>CONSTRAINT\s+(?P<name>[^\W\d][\w$]*)\s+)(?P<rest>(?:PRIMARY|UNIQUE|CHECK|FOREIGN)\b.*)",
    re.DOTALL | re.IGNORECASE,
)
"""A constraint with a name, which is all that tells it from those of other tables."""

_ALONE = frozenset(["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"])
"""What a table's constraint begins with, where a column begins with its name."""


@dataclass(frozen=True)
class Clause:
    """One clause of a column, or a constraint beside the columns (then `column` is None).

    `text` is the whole clause as written, `body` what stands in its parentheses: a CHECK's or computed column's
    expression. `columns` are those that a key is over; a foreign key also has a `target` and, if it says so, the
    columns there.
    """

    kind: str
    name: str | None
    text: str
    body: str = ""
    column: str | None = None
    columns: tuple[str, ...] = ()
    target: str | None = None
    target_columns: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    last: str = ""
    """The name that the clause ends with: that of a collation."""

    def after(self, *words: str, among: Sequence[str] = ()) -> str | None:
        """What follows these keywords, as in ON DELETE ...: one of `among`, which may be two words; else None."""
        size = len(words)
        for place in range(len(self.words) - size + 1):
            if self.words[place : place + size] == words:
                rest = " ".join(self.words[place + size : place + size + 2])
                return next((option for option in among if rest.startswith(option)), None)
        return None


@dataclass(frozen=True)
class ColumnText:
    """A column as written: `text` is all of it, `written` its name with its quotes."""

    name: str
    written: str
    type: str
    clauses: tuple[Clause, ...]
    text: str

    def clause(self, kind: str) -> Clause | None:
        """Its first clause of a kind."""
        return next((clause for clause in self.clauses if clause.kind == kind), None)

    @cached_property  # the same text stands in many tables
    def constraints(self) -> tuple[Clause, ...]:
        """Those of its clauses that might stand beside the columns."""
        return tuple(clause for clause in self.clauses if clause.kind in CONSTRAINTS)

    @cached_property
    def says_more(self) -> bool:
        """Whether it says of the column itself what no PRAGMA reports."""
        return any(
            clause.kind in ("computed", "collate") or (clause.kind == "not null" and "CONFLICT" in clause.words)
            for clause in self.clauses
        )


@dataclass(frozen=True)
class TableText:
    """A CREATE TABLE statement in parts; `ending` are the options behind it, in capitals: STRICT, WITHOUT ROWID."""

    columns: tuple[ColumnText, ...]
    constraints: tuple[Clause, ...]
    ending: tuple[str, ...]

    def all_constraints(self) -> tuple[Clause, ...]:
        """The constraints, those that stand in a column included."""
        return (*(clause for column in self.columns for clause in column.constraints), *self.constraints)

    def primary_key(self) -> Clause | None:
        """The primary key."""
        return next((clause for clause in self.all_constraints() if clause.kind == "primary key"), None)

    def counts_rowids(self) -> bool:
        """Whether the primary key is another name for the rowid (SQLite manual, "ROWIDs and the INTEGER PRIMARY KEY").

        A type of exactly INTEGER; by an old mistake that SQLite keeps, DESC in the column itself prevents it.
        """
        key = self.primary_key()
        if key is None or len(key.columns) != 1 or "WITHOUT ROWID" in self.ending:
            return False
        column = next((c for c in self.columns if c.name.lower() == key.columns[0].lower()), None)
        descending = key.column is not None and "DESC" in key.words
        return column is not None and column.type.upper() == "INTEGER" and not descending


@dataclass(frozen=True)
class IndexText:
    """What CREATE INDEX says: its elements (a column's name, or an expression), and its predicate."""

    elements: tuple[str | SqlExpression, ...]
    where: str | None = None


@lru_cache(maxsize=256)  # one migration looks at the few tables that it changes again and again
def table_text(create: str) -> TableText:
    """A CREATE TABLE statement taken apart."""
    written, rest = parted(create)
    columns: list[ColumnText] = []
    constraints: list[Clause] = []
    for each in written:
        column, clauses = _part(each.strip())
        columns += [] if column is None else [column]
        constraints += clauses
    ending = " ".join(token.word or token.text for token in tokens(rest))
    return TableText(tuple(columns), tuple(constraints), tuple(filter(None, map(str.strip, ending.split(",")))))


def _part(text: str) -> tuple[ColumnText | None, tuple[Clause, ...]]:
    """A column; or a constraint, perhaps with others that no comma parts from it."""
    named = _NAMED.fullmatch(text)
    if named is None:
        return _unnamed(text)
    _, (first, *others) = _unnamed(named["rest"])
    return None, (replace(first, name=named["name"], text=named["head"] + first.text), *others)


@lru_cache(maxsize=8192)  # a thousand tables say few things that differ: `id INTEGER NOT NULL`, `PRIMARY KEY (id)`
def _unnamed(text: str) -> tuple[ColumnText | None, tuple[Clause, ...]]:
    item = list(tokens(text))
    if item and item[0].word not in _ALONE:
        return _column(text, item), ()
    return None, tuple(_clauses(text, item, None))


def index_text(create: str) -> IndexText:
    """Elements and predicate of a CREATE INDEX statement."""
    written, rest = parted(create)
    found = list(tokens(rest))
    where = rest[found[0].end :].strip() if found and found[0].word == "WHERE" else None
    return IndexText(tuple(map(_element, written)), where)


@lru_cache(maxsize=4096)
def _element(text: str) -> str | SqlExpression:
    item = list(tokens(text))
    return item[0].name if len(item) == 1 and item[0].kind != "group" else SqlExpression(spaced(item))


@lru_cache(maxsize=4096)
def column_list(text: str) -> tuple[str, ...]:
    """Column names of `a, "b c" COLLATE NOCASE`."""
    return tuple(item[0].name for item in items(text))


def _column(body: str, item: Sequence[Token]) -> ColumnText:
    name = item[0].name
    words = [token.word for token in item]
    first = next((i for i in range(1, len(item)) if _begins(words, i)), len(item))
    clauses = tuple(_clauses(body, item[first:], name))
    return ColumnText(name, item[0].text, excerpt(body, item[1:first]), clauses, excerpt(body, item))


def _clauses(body: str, part: Sequence[Token], column: str | None) -> Iterator[Clause]:
    words = [token.word for token in part]
    starts = [place for place in range(len(part)) if place == 0 or _begins(words, place)]
    for start, end in zip(starts, [*starts[1:], len(part)], strict=False):
        yield _clause(body, part[start:end], words[start:end], column)


def _begins(words: Sequence[str], place: int) -> bool:
    """Whether a clause begins here: at a keyword that does not belong to the clause before it."""
    word = words[place]
    if word not in _KINDS:
        return False
    before, earlier = words[place - 1] if place else "", words[place - 2] if place > 1 else ""
    if before == "CONSTRAINT" or (earlier == "CONSTRAINT" and word != "CONSTRAINT"):
        return False  # a name, or what is named
    if before == "SET" or (before == "DEFAULT" and earlier != "SET"):
        return False  # ON DELETE SET NULL, DEFAULT NULL
    if word == "NOT":
        return words[place + 1 : place + 2] != ["DEFERRABLE"]
    if word == "REFERENCES":
        return earlier != "KEY"  # FOREIGN KEY (...) REFERENCES
    return (before, word) not in (("NOT", "NULL"), ("ALWAYS", "AS"))


def _clause(body: str, part: Sequence[Token], said: Sequence[str], column: str | None) -> Clause:
    named = said[0] == "CONSTRAINT" and len(part) > 1
    core, words = (part[2:], said[2:]) if named else (part, said)
    kind = _KINDS.get(words[0], "name") if words else "name"
    groups = [(place, token.text.strip()) for place, token in enumerate(core) if token.kind == "group"]
    inner = groups[0][1] if groups else ""
    columns = (column,) if column is not None else column_list(inner)
    target: str | None = None
    target_columns: tuple[str, ...] = ()
    if kind == "foreign key":
        place = words.index("REFERENCES") if "REFERENCES" in words else len(core) - 1
        target = core[place + 1].name if place + 1 < len(core) else None
        target_columns = next((column_list(text) for at, text in groups if at == place + 2), ())
    return Clause(
        kind=kind,
        name=part[1].name if named else None,
        text=excerpt(body, part),
        body=inner if kind in ("check", "computed", "default") else "",
        column=column,
        columns=columns if kind in ("unique", "primary key", "foreign key") else (),
        target=target,
        target_columns=target_columns,
        words=tuple(words),
        last=core[-1].name if core else "",
    )
