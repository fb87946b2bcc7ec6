"""Which objects build on which, as a graph: what has to step aside for a change, and in which order it comes back."""

from __future__ import annotations

from collections.abc import Collection

import networkx as nx

from minimig.errors import StateError
from minimig.state.objects import ObjectState
from minimig.state.schema import SchemaState


def in_order(state: SchemaState) -> tuple[ObjectState, ...]:
    """All objects of a state, each after those it builds on. Raises StateError when they go round in a circle."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(state.objects))
    for key, item in state.objects.items():
        graph.add_edges_from((need, key) for need in state.needs(item) if need in state.objects)
    try:
        return tuple(state.objects[key] for key in nx.lexicographical_topological_sort(graph))
    except nx.NetworkXUnfeasible:
        circle = ", ".join(key for key, _ in nx.find_cycle(graph))
        raise StateError(
            f"these objects need each other: {circle}",
            hint="a name that one of them mentions may be that of another by accident: rename one",
        ) from None


def builders_on(state: SchemaState, keys: Collection[str]) -> tuple[ObjectState, ...]:
    """The objects that build on these tables and objects, directly or over others, each after those it builds on."""
    found: dict[str, ObjectState] = {}
    for item in in_order(state):
        if any(need in keys or need in found for need in state.needs(item)):
            found[item.key] = item
    return tuple(found.values())
