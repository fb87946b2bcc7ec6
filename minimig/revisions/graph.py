"""The graph of revisions: who comes after whom.

In: the headers of all revision files. Out: questions answered about one immutable directed graph whose
edges run from parent to child. A head or base is counted inside its app, where dependencies on other apps
do not matter: an app has one history, wherever the others stand.

Django keeps its own node class and two recursive-by-hand searches; Alembic a linked map of scripts with
branches and dependencies as two kinds of edge. Here two dicts hold the edges; nothing recurses, and nothing
is quadratic, so that thousands of revisions cost milliseconds. For any other question there is the same
graph for networkx, which is imported only then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from minimig.errors import GraphError, HeadsError, nearest
from minimig.revisions.header import Header
from minimig.revisions.linking import index_headers, label_index, link, sort
from minimig.revisions.squashes import resolve_squashes
from minimig.revisions.tags import Tags

NO_TAGS = Tags()
_Neighbours = Mapping[str, Mapping[str, object]]


class MigrationGraph:
    """All revisions and their dependencies; built once, never changed.

    `applied` decides which squashed revisions stand (`squashes`); none of them does without `squashed`. `tags` name
    places in it. Raises GraphError for a duplicate revision, a dependency that does not exist, and a cycle. Every
    method that takes a revision raises GraphError for one the graph does not hold. Tuples of revisions come in graph
    order; sets are frozen.
    """

    def __init__(
        self,
        headers: Iterable[Header],
        applied: Collection[str] = (),
        *,
        squashed: bool = True,
        tags: Tags = NO_TAGS,
    ) -> None:
        self.tags = tags
        resolution = resolve_squashes(index_headers(headers).values(), applied, stand=squashed)
        self._covers = resolution.covers
        self.hidden = MappingProxyType(resolution.hidden)
        self._counted = resolution.counted
        self._headers = MappingProxyType({header.revision: header for header in resolution.headers})
        self._links = link(self._headers)
        self._order = sort(self._links, self._headers)
        self._rank = {revision: rank for rank, revision in enumerate(self._order)}
        by_app: dict[str, list[str]] = {}
        for revision in self._order:
            by_app.setdefault(self._headers[revision].app, []).append(revision)
        self._by_app = {app: tuple(by_app[app]) for app in sorted(by_app)}
        self._labels = label_index(self._headers, self._by_app)

    hidden: Mapping[str, str]
    """For each revision that a squash stands for, or that makes way: what is shown in its place."""

    @property
    def headers(self) -> Mapping[str, Header]:
        """The header of each revision."""
        return self._headers

    def to_networkx(self) -> Any:
        """The same graph as a frozen networkx DiGraph, for questions that have no method here."""
        import networkx as nx  # takes longer to import than all else that is done here

        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self._headers)
        graph.add_edges_from((parent, child) for child, parents in self._links.pred.items() for parent in parents)
        return nx.freeze(graph)

    def effective(self, applied: Collection[str]) -> frozenset[str]:
        """What counts as applied in this graph: the rows, and squashes all of whose revisions are among them."""
        return frozenset(applied) | self._counted

    def covered(self, revision: str) -> frozenset[str]:
        """All that a squashed revision replaces; nothing for any other."""
        return self._covers.get(revision, frozenset())

    def covering(self, revision: str) -> frozenset[str]:
        """The squashed revisions that replace this one, whether they stand or not."""
        return frozenset(name for name, covered in self._covers.items() if revision in covered)

    def apps(self) -> tuple[str, ...]:
        """The apps that have revisions, sorted."""
        return tuple(self._by_app)

    def revisions(self, app: str) -> tuple[str, ...]:
        """The revisions of one app; empty for an app that has none."""
        return self._by_app.get(app, ())

    @property
    def labels(self) -> Mapping[str, str]:
        """The revision that each branch label stands at."""
        return self._labels

    def branch(self, start: str) -> frozenset[str]:
        """The revisions of the branch that a revision is on, in its own app.

        That is everything after it, and before it back to where the branch leaves another, or to the base.
        """
        app = self._headers[start].app
        members = {r for r in self.descendants([start]) if self._headers[r].app == app}
        place = start
        while True:
            above = [r for r in self._links.pred[place] if self._headers[r].app == app]
            if len(above) != 1 or len([c for c in self._links.succ[above[0]] if self._headers[c].app == app]) > 1:
                return frozenset(members)
            members.add(place := above[0])

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
        return self.order(self._links.pred[revision])

    def children(self, revision: str) -> tuple[str, ...]:
        """What depends on a revision directly, in any app."""
        self._known([revision])
        return self.order(self._links.succ[revision])

    def ancestors(self, revisions: Iterable[str]) -> frozenset[str]:
        """The revisions themselves and everything they depend on, however far."""
        return _reach(self._links.pred, self._known(revisions))

    def descendants(self, revisions: Iterable[str]) -> frozenset[str]:
        """The revisions themselves and everything that depends on them, however far."""
        return _reach(self._links.succ, self._known(revisions))

    def heads(self, app: str | None = None) -> tuple[str, ...]:
        """The revisions of an app (of each app by default) that none of the same app comes after."""
        return self._select(app, self._links.succ, lambda count: count == 0)

    def bases(self, app: str | None = None) -> tuple[str, ...]:
        """The revisions of an app (of each app by default) that come after none of the same app."""
        return self._select(app, self._links.pred, lambda count: count == 0)

    def branches(self, app: str | None = None) -> tuple[str, ...]:
        """The revisions with more than one child in their own app."""
        return self._select(app, self._links.succ, lambda count: count > 1)

    def merges(self, app: str | None = None) -> tuple[str, ...]:
        """The revisions with more than one parent in their own app."""
        return self._select(app, self._links.pred, lambda count: count > 1)

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
