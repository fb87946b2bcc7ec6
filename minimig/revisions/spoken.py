"""The graph that a command means: squashes stand in it unless somebody spoke of what one of them hides."""

from __future__ import annotations

from collections.abc import Sequence

from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from minimig.revisions.tags import Tags


def graph_for(
    headers: Sequence[Header], tags: Tags, applied: frozenset[str], words: Sequence[str | None]
) -> MigrationGraph:
    """The graph for a database that has these revisions, for a command with these words as its target."""
    graph = MigrationGraph(headers, applied, tags=tags)
    known = {header.revision for header in headers}
    spoken = [word.rpartition(".")[2] for word in words if word is not None]
    said = [part for word in words if word is not None for part in (word, word.partition(".")[2])]
    named = [f"{app}.{tags.of(app)[word]}" for word in said if graph.hidden for app in tags.owners(word)]
    if any(name.rpartition(".")[2] in spoken for name in graph.hidden) or any(
        name in graph.hidden and name in known for name in named
    ):
        return MigrationGraph(headers, applied, squashed=False, tags=tags)
    return graph
