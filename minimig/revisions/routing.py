"""Dependencies on what lives in another database.

A database has the revisions of some apps. What these need of the others is no part of its graph: nothing here could
wait for it. It says which database comes first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from minimig.revisions.header import Header


def routed(headers: Iterable[Header], elsewhere: Collection[str]) -> Iterator[Header]:
    """The headers without the dependencies on these apps."""
    for header in headers:
        needs, before = _here(header.dependencies, elsewhere), _here(header.run_before, elsewhere)
        unchanged = (needs, before) == (header.dependencies, header.run_before)
        yield header if unchanged else replace(header, dependencies=needs, run_before=before)


def app_of(word: str) -> str:
    """The app of a revision in full."""
    return word.partition(".")[0]


def _here(words: tuple[str, ...], elsewhere: Collection[str]) -> tuple[str, ...]:
    return tuple(word for word in words if app_of(word) not in elsewhere) if elsewhere else words
