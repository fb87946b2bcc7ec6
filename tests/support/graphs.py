"""Small graphs for tests, written as chains: `graph("blog.1 blog.2 blog.3", "blog.1 shop.1")`."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header


def header(revision: str, *dependencies: str, **fields: tuple[str, ...]) -> Header:
    """The header of one revision, as if read from `APP/NAME.py`."""
    app, _, name = revision.partition(".")
    return Header(app=app, name=name, path=Path(app, f"{name}.py"), dependencies=dependencies, **fields)  # type: ignore[arg-type]


def headers(*chains: str) -> list[Header]:
    """One header for each word; in a chain each word depends on the one before it."""
    parents: dict[str, list[str]] = {}
    for chain in chains:
        words = chain.split()
        for word in words:
            parents.setdefault(word, [])
        for parent, child in pairwise(words):
            parents[child].append(parent)
    return [header(revision, *found) for revision, found in parents.items()]


def graph(*chains: str) -> MigrationGraph:
    """The graph of these chains."""
    return MigrationGraph(headers(*chains))
