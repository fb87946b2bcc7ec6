"""The databases of a project in the order in which a run visits them."""

from __future__ import annotations

from collections.abc import Iterator

from minimig.config import Settings
from minimig.revisions.header import Header
from minimig.revisions.routing import app_of
from minimig.revisions.survey import survey


def run_order(settings: Settings) -> tuple[str, ...]:
    """The databases, those first that hold what the revisions of others depend on, else as configured.

    Databases that depend on each other stay as configured: no order of whole databases could serve both.
    """
    import networkx as nx  # a project with one database has no use for it

    rank = {name: number for number, name in enumerate(settings.databases)}
    headers = survey({label: app.migrations for label, app in settings.all_apps.items()}).graph.headers
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(rank)
    graph.add_edges_from(edge for header in headers.values() for edge in _edges(settings, header))
    groups = nx.condensation(graph)
    members = nx.get_node_attributes(groups, "members")
    first = {number: min(map(rank.__getitem__, names)) for number, names in members.items()}
    order = nx.lexicographical_topological_sort(groups, key=first.__getitem__)
    return tuple(name for number in order for name in sorted(members[number], key=rank.__getitem__))


def living_in(settings: Settings, app: str) -> tuple[str, ...]:
    """The databases that hold an app."""
    return tuple(name for name, each in settings.databases.items() if app in each.apps)


def _edges(settings: Settings, header: Header) -> Iterator[tuple[str, str]]:
    """(earlier, later) for each dependency of a revision on what its database does not hold itself."""
    pairs = [(app_of(word), header.app) for word in header.dependencies]
    pairs += [(header.app, app_of(word)) for word in header.run_before]
    for needed, app in pairs:
        holders = living_in(settings, needed)
        for later in living_in(settings, app):
            if later not in holders:
                yield from ((earlier, later) for earlier in holders)
