"""Operations in an order that works: a graph made from their footprints, sorted by networkx.

In: operations in any order, and the states around them. Out: the same operations, with foreign keys that close a knot of
tables taken out of CREATE TABLE, or dropped before DROP TABLE. What takes away is looked at in the state before, what
brings in the state after; then the rules fit into `_edges`. Where the graph leaves a choice, the kind of operation and its
table decide, so that a file reads the same way each time.

Django sorts within an app and resolves knots by hand-written dependency tuples; Alembic sorts tables only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from minimig.autogenerate.knots import cut_knots
from minimig.errors import StateError
from minimig.operations.base import Operation, TableOperation
from minimig.operations.columns import AddColumn, AlterColumn, DropColumn
from minimig.operations.constraints import AddConstraint, DropConstraint, DropPrimaryKey, RenameConstraint
from minimig.operations.footprint import Footprint, Key
from minimig.operations.indexes import CreateIndex, DropIndex, RenameIndex
from minimig.operations.tables import AlterTable, CreateTable, DropTable
from minimig.state.schema import SchemaState
from minimig.state.tables import ForeignKeyState, TableState

_READING_ORDER: tuple[type[Operation], ...] = (
    DropConstraint,
    DropIndex,
    DropPrimaryKey,
    RenameConstraint,
    RenameIndex,
    CreateTable,
    AlterTable,
    AddColumn,
    AlterColumn,
    DropColumn,
    AddConstraint,
    CreateIndex,
    DropTable,
)
_RANK = {kind: rank for rank, kind in enumerate(_READING_ORDER)}
_LAST_CONSTRAINT = _RANK[CreateIndex] - 0.5
_TAKES, _CHANGES, _BRINGS = "-", "~", "+"


@dataclass(frozen=True)
class _Step:
    """One operation with what the order follows from."""

    operation: Operation
    touched: Footprint
    rank: tuple[float, str, str]

    @property
    def symbol(self) -> str:
        return self.operation.symbol


def in_order(operations: Sequence[Operation], before: SchemaState, after: SchemaState) -> list[Operation]:
    """The operations, each after what it needs. Raises StateError when they need each other in a circle."""
    steps = [*_steps(_without_knots(operations, before), before, after)]
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(steps)))
    graph.add_edges_from(_edges(steps))
    try:
        order = list(nx.lexicographical_topological_sort(graph, key=lambda number: (*steps[number].rank, number)))
    except nx.NetworkXUnfeasible:
        circle = [steps[number].operation.describe() for number, _ in nx.find_cycle(graph)]
        raise StateError(
            f"these changes need each other: {'; '.join(circle)}", hint="make them in two steps"
        ) from None
    return [steps[number].operation for number in order]
