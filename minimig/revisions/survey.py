"""The graph of revisions as far as it can be read, and what is wrong with the rest.

Commands that only look must work when something is broken: they are how one finds out what. Here a file that cannot be
read is left out, and a dependency that leads nowhere or in a circle is dropped, until what remains is a graph; each of
these is kept as the error that it would have been. In Django and Alembic one broken file stops every command.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from minimig.errors import GraphError, MinimigError, RevisionFileError
from minimig.revisions.folders import name_of, revision_paths
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from minimig.revisions.routing import routed
from minimig.revisions.scanning import scan
from minimig.revisions.stages import GraphBuilt
from minimig.revisions.tags import Tags
from minimig.stages import Tell, untold


@dataclass(frozen=True)
class Survey:
    """The graph of all that fits together, and an error for each thing that does not.

    `headers` are those that could be read, squashed ones included; `broken` are the revisions of files that are there
    and could not.
    """

    graph: MigrationGraph
    problems: tuple[MinimigError, ...]
    headers: Mapping[str, Header]
    broken: tuple[str, ...] = ()

    def lost(self, rows: Iterable[str]) -> tuple[str, ...]:
        """Those of the applied revisions that have no file at all, sorted; a squash may stand for one."""
        known = {*self.graph.headers, *self.graph.hidden, *self.broken}
        return tuple(sorted(row for row in rows if row not in known))


def survey(
    folders: Mapping[str, Path],
    applied: Collection[str] = (),
    elsewhere: Collection[str] = (),
    tell: Tell = untold,
) -> Survey:
    """What the revision files of these apps hold; never raises for what is wrong with one of them.

    `applied` decides which squashes stand, as it does for the graph. Dependencies on apps that live `elsewhere` are
    left out.
    """
    problems: list[MinimigError] = []
    headers = tuple(routed(scan(folders, problems.append, tell), elsewhere))
    while True:
        try:
            graph = MigrationGraph(headers, applied, tags=Tags(folders))
        except GraphError as error:
            problems.append(error)
            if error.link is not None:
                headers = tuple(_without(headers, *error.link))
            elif applied:
                applied = ()  # a squash that stands in no way: show it all the same
            elif any(header.replaces for header in headers):
                headers = tuple(replace(header, replaces=()) for header in headers)  # they replace each other
            else:
                raise
        else:
            read = {header.revision: header for header in headers}
            # Without a problem each file has its header: a folder of thousands is not listed once more.
            broken = tuple(name for name in _names(folders) if name not in read) if problems else ()
            tell(GraphBuilt(graph))
            return Survey(graph, tuple(problems), read, broken)


def _names(folders: Mapping[str, Path]) -> Iterable[str]:
    """The revision of each file, readable or not."""
    for app, folder in sorted(folders.items()):
        try:
            yield from (f"{app}.{name_of(path)}" for path in revision_paths(folder))
        except RevisionFileError:
            continue  # among the problems already


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
