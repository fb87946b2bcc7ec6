"""The graph of revisions as far as it can be read, and what is wrong with the rest.

Commands that only look must work when something is broken: they are how one finds out what. Here a file that cannot be
read is left out, and a dependency that leads nowhere or in a circle is dropped, until what remains is a graph; each of
these is kept as the error that it would have been. In Django and Alembic one broken file stops every command.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from minimig.errors import GraphError, MinimigError
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header, scan
from minimig.revisions.routing import routed
from minimig.revisions.tags import Tags


@dataclass(frozen=True)
class Survey:
    """The graph of all that fits together, and an error for each thing that does not."""

    graph: MigrationGraph
    problems: tuple[MinimigError, ...]


def survey(folders: Mapping[str, Path], elsewhere: Collection[str] = ()) -> Survey:
    """What the revision files of these apps hold; never raises for what is wrong with one of them.

    Dependencies on apps that live `elsewhere` are left out.
    """
    problems: list[MinimigError] = []
    headers = tuple(routed(scan(folders, problems.append), elsewhere))
    while True:
        try:
            return Survey(MigrationGraph(headers, tags=Tags(folders)), tuple(problems))
        except GraphError as error:
            if error.link is None:
                raise
            problems.append(error)
            headers = tuple(_without(headers, *error.link))


def _without(headers: Iterable[Header], path: str, word: str) -> Iterable[Header]:
    """The headers without one word of one file; without the file when the word is its own revision."""
    for header in headers:
        if str(header.path) != path:
            yield header
        elif word != header.revision or word in (*header.dependencies, *header.run_before):
            yield replace(
                header,
                dependencies=tuple(other for other in header.dependencies if other != word),
                run_before=tuple(other for other in header.run_before if other != word),
                labels=tuple(label for label in header.labels if label != word),
            )
