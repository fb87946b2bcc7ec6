"""From the headers of revision files to a networkx graph: links resolved, and every way in which they can be wrong.

In: headers. Out: an index by revision, a DiGraph whose edges run from parent to child, an order, the labels; or a
GraphError that names the file and the word at fault.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import networkx as nx

from minimig.errors import GraphError, nearest
from minimig.revisions.header import FIRST, LATEST, RESERVED_NAMES, Header

_DIGITS = re.compile(r"([0-9]+)")


def index_headers(headers: Iterable[Header]) -> dict[str, Header]:
    """Headers by revision, sorted, so that whatever is wrong is reported the same way every time."""
    index: dict[str, Header] = {}
    for header in sorted(headers, key=lambda header: (header.revision, str(header.path))):
        twin = index.setdefault(header.revision, header)
        if twin is not header:
            raise GraphError(
                f"two files are revision {header.revision}: {twin.path} and {header.path}",
                where=str(header.path),
                hint="rename or remove one of them",
                link=(str(header.path), header.revision),
            )
    return index


def label_index(headers: Mapping[str, Header], apps: Mapping[str, object]) -> Mapping[str, str]:
    """The revision of each label. A label is a word of its own: no app, no place, no other revision has it."""
    found: dict[str, str] = {}
    for revision, header in headers.items():
        for label in header.labels:
            link = (str(header.path), label)
            if label in found:
                raise GraphError(
                    f"two revisions have the label {label!r}: {found[label]} and {revision}",
                    where=link[0],
                    hint="take it out of one of them",
                    link=link,
                )
            if label in apps or label in RESERVED_NAMES:
                raise GraphError(
                    f"{label!r} cannot be a label: on the command line that word means something else",
                    where=link[0],
                    hint="choose another word",
                    link=link,
                )
            found[label] = revision
    return MappingProxyType(found)


def link(headers: Mapping[str, Header]) -> nx.DiGraph[str]:
    """The graph of what comes after what. Raises GraphError for a link that leads nowhere."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(headers)
    symbolic: list[tuple[Header, str, bool]] = []
    for header in headers.values():
        for other, after in _links(header):
            if other.endswith((f".{FIRST}", f".{LATEST}")):
                symbolic.append((header, other, after))
                continue
            if other not in headers:
                raise _missing(header, other, after, headers)
            graph.add_edge(*((other, header.revision) if after else (header.revision, other)))
    if symbolic:
        _link_symbols(graph, headers, symbolic)
    return graph


def _links(header: Header) -> Iterator[tuple[str, bool]]:
    """The other end of each dependency, and whether the header comes after it or before."""
    for other in header.dependencies:
        yield other, True
    for other in header.run_before:
        yield other, False


def _link_symbols(
    graph: nx.DiGraph[str], headers: Mapping[str, Header], symbolic: list[tuple[Header, str, bool]]
) -> None:
    """Add the edges of `app.__first__` (the bases of that app) and `app.__latest__` (its heads).

    Symbols join only different apps, so no edge that they add can move a base or a head.
    """
    places: dict[str, list[str]] = {}
    for revision, header in headers.items():
        for symbol, neighbours in ((FIRST, graph.pred), (LATEST, graph.succ)):
            if not any(headers[other].app == header.app for other in neighbours[revision]):
                places.setdefault(f"{header.app}.{symbol}", []).append(revision)
    edges: list[tuple[str, str]] = []
    for header, symbol, after in symbolic:
        if symbol.partition(".")[0] == header.app:
            raise GraphError(
                f"{header.revision} refers to {symbol}, a place in its own app that it takes part in itself",
                where=str(header.path),
                hint="name the revision it depends on",
                link=(str(header.path), symbol),
            )
        if symbol not in places:
            raise _missing(header, symbol, after, headers)
        edges.extend((o, header.revision) if after else (header.revision, o) for o in places[symbol])
    graph.add_edges_from(edges)


def _missing(header: Header, other: str, after: bool, headers: Mapping[str, Header]) -> GraphError:
    relation = "depends on" if after else "is to run before"
    apps = sorted({known.app for known in headers.values()})
    app, _, name = other.partition(".")
    if app in apps:
        what = "which does not exist"
        close = nearest(name, [known.name for known in headers.values() if known.app == app and known != header])
    else:
        what = f"and no app {app} has revisions"
        close = nearest(app, apps)
    line = "dependencies" if after else "run_before"
    fallback = f"restore the missing file, or correct `{line}`"
    return GraphError(
        f"{header.revision} {relation} {other}, {what}",
        where=str(header.path),
        hint=f"{close} If not: {fallback}" if close else fallback,
        link=(str(header.path), other),
        code="MM412",
    )


def sort(graph: nx.DiGraph[str], headers: Mapping[str, Header]) -> tuple[str, ...]:
    """All revisions, each after what it depends on; apps and names decide the rest. Raises GraphError for a circle."""

    def key(revision: str) -> tuple[str, list[str | int], str]:
        header = headers[revision]
        # Text and numbers alternate in a split, so like is only ever compared with like.
        parts: list[str | int] = [int(p) if p.isdigit() else p for p in _DIGITS.split(header.name)]
        return header.app, parts, header.name

    try:
        return tuple(nx.lexicographical_topological_sort(graph, key=key))
    except nx.NetworkXUnfeasible as error:
        raise _cycle_error(graph, headers) from error


def _cycle_error(graph: nx.DiGraph[str], headers: Mapping[str, Header]) -> GraphError:
    """Name one shortest cycle through the smallest revision that is on any."""
    knots = [
        knot for knot in nx.strongly_connected_components(graph) if len(knot) > 1 or graph.has_edge(*(tuple(knot) * 2))
    ]
    knot = min(knots, key=min)
    start = min(knot)
    cycle = _shortest_way_back(graph, start)
    return GraphError(
        f"revisions depend on each other in a circle: {' -> '.join([*cycle, start])} (each has to come after the next)",
        where=str(headers[start].path),
        hint="take one of these out of `dependencies` or `run_before`; "
        "where two revisions really need each other, split one of them in two",
        link=_closing_link(headers[start], headers[[*cycle, start][1]]),
        code="MM413",
    )


def _closing_link(child: Header, parent: Header) -> tuple[str, str]:
    """The word, and the file it stands in, that makes one revision come after another."""
    for header, words, other in ((child, child.dependencies, parent), (parent, parent.run_before, child)):
        for word in words:
            if word in (other.revision, f"{other.app}.{FIRST}", f"{other.app}.{LATEST}"):
                return str(header.path), word
    raise GraphError(f"{child.revision} comes after {parent.revision} for no reason that a file gives")


def _shortest_way_back(graph: nx.DiGraph[str], start: str) -> list[str]:
    """A shortest path along parents from a revision back to itself, without its end."""
    came_from: dict[str, str] = {}
    queue = deque([start])
    while start not in came_from:
        revision = queue.popleft()
        for parent in sorted(graph.pred[revision]):
            if parent not in came_from:
                came_from[parent] = revision
                queue.append(parent)
    path = [came_from[start]]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]
