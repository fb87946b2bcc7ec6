"""The graph of revisions: who comes after whom.

In: the headers of all revision files. Out: questions answered about one immutable networkx DiGraph whose
edges run from parent to child. A head or base is counted inside its app, where dependencies on other apps
do not matter: an app has one history, wherever the others stand.

Django keeps its own node class and two recursive-by-hand searches; Alembic a linked map of scripts with
branches and dependencies as two kinds of edge. Here networkx holds the edges and sorts; nothing recurses,
and nothing is quadratic, so that thousands of revisions cost milliseconds.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

import networkx as nx

from minimig.errors import GraphError, HeadsError, UnsupportedError, nearest
from minimig.revisions.header import FIRST, LATEST, Header

_Neighbours = Mapping[str, Mapping[str, object]]
_DIGITS = re.compile(r"([0-9]+)")


class MigrationGraph:
    """All revisions and their dependencies; built once, never changed.

    Raises GraphError for a duplicate revision, a dependency that does not exist, and a cycle;
    UnsupportedError for a file that replaces others. Every method that takes a revision raises GraphError
    for one the graph does not hold. Tuples of revisions come in graph order; sets are frozen.
    """

    def __init__(self, headers: Iterable[Header]) -> None:
        self._headers = MappingProxyType(_index(headers))
        self._graph: nx.DiGraph[str] = nx.freeze(_build(self._headers))
        self._order = _sort(self._graph, self._headers)
        self._rank = {revision: rank for rank, revision in enumerate(self._order)}
        by_app: dict[str, list[str]] = {}
        for revision in self._order:
            by_app.setdefault(self._headers[revision].app, []).append(revision)
        self._by_app = {app: tuple(by_app[app]) for app in sorted(by_app)}

    @property
    def headers(self) -> Mapping[str, Header]:
        """The header of each revision."""
        return self._headers

    def apps(self) -> tuple[str, ...]:
        """The apps that have revisions, sorted."""
        return tuple(self._by_app)

    def revisions(self, app: str) -> tuple[str, ...]:
        """The revisions of one app; empty for an app that has none."""
        return self._by_app.get(app, ())

    def order(self, revisions: Iterable[str] | None = None) -> tuple[str, ...]:
        """The given revisions (all by default), each after everything it depends on.

        The order depends on nothing but the revisions themselves. Where dependencies leave a choice, the
        app and then the name decide, with numbers compared as numbers.
        """
        if revisions is None:
            return self._order
        return tuple(sorted(self._known(revisions), key=self._rank.__getitem__))

    def parents(self, revision: str) -> tuple[str, ...]:
        """What a revision depends on directly, in any app."""
        self._known([revision])
        return self.order(self._graph.pred[revision])

    def children(self, revision: str) -> tuple[str, ...]:
        """What depends on a revision directly, in any app."""
        self._known([revision])
        return self.order(self._graph.succ[revision])

    def ancestors(self, revisions: Iterable[str]) -> frozenset[str]:
        """The revisions themselves and everything they depend on, however far."""
        return _reach(self._graph.pred, self._known(revisions))

    def descendants(self, revisions: Iterable[str]) -> frozenset[str]:
        """The revisions themselves and everything that depends on them, however far."""
        return _reach(self._graph.succ, self._known(revisions))

    def heads(self, app: str | None = None) -> tuple[str, ...]:
        """The revisions of an app (of each app by default) that none of the same app comes after."""
        return self._select(app, self._graph.succ, lambda count: count == 0)

    def bases(self, app: str | None = None) -> tuple[str, ...]:
        """The revisions of an app (of each app by default) that come after none of the same app."""
        return self._select(app, self._graph.pred, lambda count: count == 0)

    def branches(self, app: str | None = None) -> tuple[str, ...]:
        """The revisions with more than one child in their own app."""
        return self._select(app, self._graph.succ, lambda count: count > 1)

    def merges(self, app: str | None = None) -> tuple[str, ...]:
        """The revisions with more than one parent in their own app."""
        return self._select(app, self._graph.pred, lambda count: count > 1)

    def head(self, app: str) -> str | None:
        """The one head of an app, None for an app without revisions; HeadsError when there are several."""
        heads = self.heads(app)
        if len(heads) > 1:
            raise _heads_error({app: heads})
        return heads[0] if heads else None

    def conflicts(self) -> Mapping[str, tuple[str, ...]]:
        """The apps with more than one head, and those heads."""
        found = {app: self.heads(app) for app in self._by_app}
        return {app: heads for app, heads in found.items() if len(heads) > 1}

    def check_single_heads(self) -> None:
        """Raise HeadsError when any app has more than one head."""
        conflicts = self.conflicts()
        if conflicts:
            raise _heads_error(conflicts)

    def _select(self, app: str | None, neighbours: _Neighbours, wanted: Callable[[int], bool]) -> tuple[str, ...]:
        """The revisions whose number of neighbours in their own app is wanted."""
        pool = self._order if app is None else self.revisions(app)
        own = self._headers
        return tuple(
            revision
            for revision in pool
            if wanted(sum(own[other].app == own[revision].app for other in neighbours[revision]))
        )

    def _known(self, revisions: Iterable[str]) -> set[str]:
        found = set(revisions)
        unknown = min((revision for revision in found if revision not in self._headers), default=None)
        if unknown is not None:
            raise GraphError(f"there is no revision {unknown}", hint=nearest(unknown, self._headers))
        return found


def _index(headers: Iterable[Header]) -> dict[str, Header]:
    """Headers by revision, sorted, so that whatever is wrong is reported the same way every time."""
    index: dict[str, Header] = {}
    for header in sorted(headers, key=lambda header: (header.revision, str(header.path))):
        if header.replaces:
            raise UnsupportedError(
                f"{header.revision} replaces other revisions: squashing is not supported yet in this version",
                where=str(header.path),
                hint="keep the replaced files and take this one out of the folder",
            )
        twin = index.setdefault(header.revision, header)
        if twin is not header:
            raise GraphError(
                f"two files are revision {header.revision}: {twin.path} and {header.path}",
                where=str(header.path),
                hint="rename or remove one of them",
            )
    return index


def _build(headers: Mapping[str, Header]) -> nx.DiGraph[str]:
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
    )


def _sort(graph: nx.DiGraph[str], headers: Mapping[str, Header]) -> tuple[str, ...]:
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
    )


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


def _reach(neighbours: _Neighbours, start: set[str]) -> frozenset[str]:
    found = set(start)
    stack = list(start)
    while stack:
        fresh = [revision for revision in neighbours[stack.pop()] if revision not in found]
        found.update(fresh)
        stack.extend(fresh)
    return frozenset(found)


def _heads_error(conflicts: Mapping[str, tuple[str, ...]]) -> HeadsError:
    listed = "; ".join(f"{app} has {len(heads)} heads: {', '.join(heads)}" for app, heads in conflicts.items())
    return HeadsError(
        f"{listed}. It is not clear which of them comes last",
        hint=f"join them with `minimig makemigrations --merge {' '.join(conflicts)}`",
    )
