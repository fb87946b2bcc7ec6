"""Foreign-key knots: tables that point to each other in a circle.

No order of CREATE TABLE serves them; the foreign keys that close a circle are added when all tables are there,
and dropped before the tables are. As few as needed: each key that is cut would close a circle with those that
stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

from minimig.state.parts import ForeignKeyState
from minimig.state.tables import TableState


def cut_knots(tables: Iterable[TableState]) -> dict[str, tuple[ForeignKeyState, ...]]:
    """For each table that takes part in a knot: the foreign keys to be added later, or dropped first."""
    known = {table.key: table for table in tables}
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(known))
    for key in sorted(known):
        graph.add_edges_from((key, fk.target) for fk in known[key].foreign_keys if fk.target in known)
    cut: dict[str, tuple[ForeignKeyState, ...]] = {}
    for knot in nx.strongly_connected_components(graph):
        if len(knot) > 1:
            for holder, target in _closing(sorted(knot), known):
                keys = tuple(fk for fk in known[holder].foreign_keys if fk.target == target)
                cut[holder] = cut.get(holder, ()) + keys
    return cut


def _closing(knot: list[str], tables: Mapping[str, TableState]) -> list[tuple[str, str]]:
    """The edges to cut. Keys that a row cannot do without are kept first: the others read well as an addition."""
    members = set(knot)
    edges = sorted(
        (not _required(tables[holder], target), holder, target)
        for holder in knot
        for target in {fk.target for fk in tables[holder].foreign_keys}
        if target in members and target != holder
    )
    kept: nx.DiGraph[str] = nx.DiGraph()
    kept.add_nodes_from(knot)
    closing = []
    for _, holder, target in edges:
        if nx.has_path(kept, target, holder):
            closing.append((holder, target))
        else:
            kept.add_edge(holder, target)
    return closing


def _required(table: TableState, target: str) -> bool:
    """Whether each row must point to the target."""
    keys = [fk for fk in table.foreign_keys if fk.target == target]
    return any(not table.column(name).nullable for fk in keys for name in fk.columns)
