"""What a database says of the things that a statement names, as a short text that changes when one of them does.

It is noted before a statement that commits by itself. When nobody heard how the statement ended, the fingerprint now
and the one noted tell whether it took effect: a database whose DDL is atomic knows nothing in between. Only things with
a name that stands in the statement count: others may be changed by whom they belong to. A server that was replaced by
another version meanwhile may say the same in other words, so each fingerprint begins with what it was made by.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

import sqlalchemy as sa

FORMAT = 1
"""To be counted up when what is asked, or how, changes: a fingerprint of another format cannot be compared."""

_WORD = re.compile(r"\w+")
_HEAD = 8

Fact = Sequence[object]
"""What a catalog says of one thing: its name, perhaps that of what it belongs to, and the rest."""


def words(text: object) -> frozenset[str]:
    """All words of a text, in small letters; those of a statement hold the names of what it touches."""
    return frozenset(word.lower() for word in _WORD.findall(str(text)))


def digest(dialect: sa.Dialect, parts: Iterable[object]) -> str:
    """The fingerprint of facts, in any order."""
    joined = "\x1e".join(sorted(str(part) for part in parts))
    made_by = f"{FORMAT} {dialect.server_version_info}"
    return _hash(made_by)[:_HEAD] + _hash(joined)[: 40 - _HEAD]


def are_comparable(one: str, other: str) -> bool:
    """Whether two fingerprints were made in the same way, of what the same version of a server says."""
    return one[:_HEAD] == other[:_HEAD]


def about(names: Collection[str], facts: Iterable[Fact], named_by: int = 1) -> Iterator[str]:
    """The facts of which one of the first `named_by` values holds one of these names."""
    for fact in facts:
        if any(not words(value).isdisjoint(names) for value in fact[:named_by]):
            yield repr(tuple(fact))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
