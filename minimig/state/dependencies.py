"""Which objects build on which, as a graph: what has to step aside for a change, and in which order it comes back."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from minimig.errors import StateError
from minimig.state.expressions import words_in
from minimig.state.objects import CustomState, FunctionState, ObjectState, plain_name
from minimig.state.parts import CheckState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression


def in_order(state: SchemaState) -> tuple[ObjectState, ...]:
    """All objects of a state, each after those it builds on. Raises StateError when they go round in a circle."""
    if not state.objects:
        return ()
    import networkx as nx  # few schemas have objects, and each command would pay for it

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


def tables_on(state: SchemaState, item: ObjectState) -> tuple[str, ...]:
    """The tables that an object cannot leave alone: it cannot go while they stay.

    They are those whose defaults, CHECKs, computed columns or indexes call a function, and all for what provides.
    """
    if isinstance(item, CustomState) and item.provides:
        return tuple(state.tables)
    if not isinstance(item, FunctionState):
        return ()
    name = plain_name(item.key)
    return tuple(key for key, table in state.tables.items() if words_in("\n".join(_sql_of(table)), [name]))


def _sql_of(table: TableState) -> Iterator[str]:
    for column in table.columns.values():
        yield column.default.text if column.default else ""
        yield column.computed.expression.text if column.computed else ""
    yield from (c.expression.text for c in table.constraints.values() if isinstance(c, CheckState))
    for index in table.indexes.values():
        yield from (element.text for element in index.elements if isinstance(element, SqlExpression))
        yield from (value.text for _, value in index.options if isinstance(value, SqlExpression))
