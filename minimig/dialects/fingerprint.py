"""What a database says of the things that a statement names, as a short text that changes when one of them does.

It is noted before a statement that commits by itself. When nobody heard how the statement ended, the fingerprint now
and the one noted tell whether it took effect: a database whose DDL is atomic knows nothing in between. Only things with
a name that stands in the statement count: others may be changed by whom they belong to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

_WORD = re.compile(r"\w+")

Fact = Sequence[object]
"""What a catalog says of one thing: its name, perhaps that of what it belongs to, and the rest."""


def names_in_sql(statement: str) -> frozenset[str]:
    """All words of a statement, in small letters; the names in it are among them."""
    return frozenset(word.lower() for word in _WORD.findall(statement))


def digest(parts: Iterable[object]) -> str:
    """The fingerprint of facts, in any order."""
    joined = "\x1e".join(sorted(str(part) for part in parts))
    return hashlib.sha256(joined.encode()).hexdigest()[:40]


def about(names: Collection[str], facts: Iterable[Fact], named_by: int = 1) -> Iterator[str]:
    """The facts of which one of the first `named_by` values holds one of these names."""
    for fact in facts:
        if any(word.lower() in names for value in fact[:named_by] for word in _WORD.findall(str(value))):
            yield repr(tuple(fact))
