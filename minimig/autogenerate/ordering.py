"""Operations in an order that works: a graph made from their footprints, sorted by networkx.

In: operations in any order, and the states around them. Out: the same operations, with foreign keys that close
a knot of tables taken out of CREATE TABLE, or dropped before DROP TABLE. What takes away is looked at in the
state before, what brings in the state after. Where the graph leaves a choice, the kind of operation and its
table decide, so that a file reads the same way each time.

Django sorts operations by hand-written dependency tuples, app by app; Alembic sorts tables only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from minimig.autogenerate.knots import cut_knots
from minimig.autogenerate.stages import Ordered, Wait
from minimig.errors import StateError
from minimig.operations.base import Operation
from minimig.operations.columns import AddColumn
from minimig.operations.constraints import AddConstraint, DropConstraint
from minimig.operations.footprint import Footprint, Key
from minimig.operations.tables import CreateTable, DropTable
from minimig.stages import Tell, untold
from minimig.state.dependencies import tables_on
from minimig.state.objects import CustomState, DefinedState
from minimig.state.parts import ForeignKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState

TAKES, CHANGES, BRINGS = "-", "~", "+"
"""The symbols of operations, which say in which of three layers they stand."""

_Cut = Mapping[str, tuple[ForeignKeyState, ...]]


@dataclass(frozen=True)
class _Step:
    """One operation with what its place follows from."""

    symbol: str
    touched: Footprint
    rank: tuple[int, int, str]
    home: str
    fills: bool
    """Whether it computes values for old rows, and so may read a column that is about to go."""


def in_order(
    operations: Sequence[Operation], before: SchemaState, after: SchemaState, tell: Tell = untold
) -> list[Operation]:
    """The operations, each after what it needs. Raises StateError when they need each other in a circle."""
    added = cut_knots(o.table for o in operations if isinstance(o, CreateTable))
    dropped = cut_knots(before[o.key] for o in operations if isinstance(o, DropTable))
    parts = [part for operation in operations for part in _parts(operation, added, dropped)]
    steps = _steps(parts, before, _without(before, dropped), _either(before, after))
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(steps)))
    graph.add_edges_from(_edges(steps))
    graph.add_edges_from(_object_edges(steps, before, after))
    try:
        order = list(nx.lexicographical_topological_sort(graph, key=lambda number: (*steps[number].rank, number)))
    except nx.NetworkXUnfeasible:
        circle = "; ".join(parts[number].describe() for number, _ in nx.find_cycle(graph))
        raise StateError(f"these changes need each other: {circle}", hint="make them in two steps") from None
    found = [parts[number] for number in order]
    if tell is not untold:
        tell(Ordered(tuple(found), _waits(graph, steps, order)))
    return found


def _waits(graph: nx.DiGraph[int], steps: Sequence[_Step], order: Sequence[int]) -> dict[int, tuple[Wait, ...]]:
    """For each place of the order, the places that it comes after."""
    place = {number: position for position, number in enumerate(order)}
    found: dict[int, tuple[Wait, ...]] = {}
    for number in order:
        touched = steps[number].touched.touches
        waits = (Wait(place[other], _names(touched & steps[other].touched.touches)) for other in graph.pred[number])
        found[place[number]] = tuple(sorted(waits, key=lambda wait: wait.place))
    return found


def _names(keys: Iterable[Key]) -> tuple[str, ...]:
    whole = {"": "{}", ":": "the primary key of {}"}
    return tuple(sorted(whole.get(member, f"{{}}.{member.removeprefix(':')}").format(table) for table, member in keys))


def _parts(operation: Operation, added: _Cut, dropped: _Cut) -> Iterator[Operation]:
    """The operation itself, and beside it the foreign keys that it cannot bring, or take away, by itself."""
    if isinstance(operation, CreateTable) and operation.table.key in added:
        table, keys = operation.table, added[operation.table.key]
        yield CreateTable(_loosened(table, keys))
        yield from (AddConstraint(table.name, key, schema=table.schema) for key in keys)
        return
    if isinstance(operation, DropTable):
        keys = dropped.get(operation.key, ())
        yield from (DropConstraint(key.name, operation.table, schema=operation.schema) for key in keys)
    yield operation


def _loosened(table: TableState, keys: Iterable[ForeignKeyState]) -> TableState:
    names = {key.name for key in keys}
    return replace(table, constraints={name: c for name, c in table.constraints.items() if name not in names})


def _without(state: SchemaState, cut: _Cut) -> SchemaState:
    """The state without the foreign keys that were cut."""
    return state.with_tables({**state.tables, **{key: _loosened(state[key], keys) for key, keys in cut.items()}})


def _either(before: SchemaState, after: SchemaState) -> SchemaState:
    """The state after, with the columns of before as well.

    A CHECK that speaks of a name which was a column has to wait until that column is gone. What all tables are built on
    and no table will be is not waited for.
    """
    tables = dict(after.tables)
    for key in before.tables.keys() & after.tables.keys():
        old, new = before[key], after[key]
        if old is not new:
            tables[key] = replace(new, columns={**old.columns, **new.columns})
    going = {key: item for key, item in before.objects.items() if not (isinstance(item, CustomState) and item.provides)}
    return SchemaState(tables, {**going, **after.objects})


def _steps(
    operations: Sequence[Operation], before: SchemaState, loosened: SchemaState, either: SchemaState
) -> list[_Step]:
    found = []
    changing = SchemaState(before.tables, {**either.objects, **before.objects})
    for operation in operations:
        state = loosened if isinstance(operation, DropTable) else changing if operation.symbol == CHANGES else before
        touched = operation.footprint(either if operation.symbol == BRINGS else state)
        rank = (operation.rank, operation.inner_rank(before), operation.home or "")
        fills = isinstance(operation, AddColumn) and operation.fill is not None
        found.append(_Step(operation.symbol, touched, rank, operation.home or "", fills))
    return found


def _edges(steps: Sequence[_Step]) -> Iterator[tuple[int, int]]:
    """Who has to come before whom.

    What takes away comes before what it was using goes or changes; what brings comes after all that it uses is there;
    a name is given up before it is taken again. Takers, changers and bringers are three layers, and only within the
    first and the last do operations wait for each other, so the graph has no circle once the knots are cut.
    """
    creates, drops, changes, reads = (_by_key(steps, what) for what in ("creates", "drops", "changes", "reads"))
    for key, readers in reads.items():
        for reader in readers:
            if steps[reader].symbol == TAKES:
                yield from _pairs([reader], [*drops[key], *changes[key]])
            elif steps[reader].symbol == BRINGS:
                changers = [step for step in changes[key] if steps[step].symbol == CHANGES]
                if steps[reader].fills and not creates[key]:
                    yield from _pairs([reader], drops[key])
                else:
                    yield from _pairs([*creates[key], *drops[key], *changers], [reader])
    for key, droppers in drops.items():
        yield from _pairs(droppers, creates[key])
    yield from _name_edges(steps, drops, creates)


def _object_edges(steps: Sequence[_Step], before: SchemaState, after: SchemaState) -> Iterator[tuple[int, int]]:
    """A change that uses an object comes after that is created, or before it is gone: a default that calls a function.

    One that is dropped and created anew is used by no table before.
    """
    if not (before.objects or after.objects):
        return
    creates, drops, reads = (_by_key(steps, what) for what in ("creates", "drops", "reads"))
    for key, readers in reads.items():
        changers = [reader for reader in readers if steps[reader].symbol == CHANGES]
        if key[0] in after.objects:
            yield from _pairs(creates[key], [each for each in changers if _uses(after, steps[each].home, key[0])])
        elif key[0] in before.objects:
            yield from _pairs([each for each in changers if _uses(before, steps[each].home, key[0])], drops[key])


def _uses(state: SchemaState, home: str, key: str) -> bool:
    """Whether a table or object uses an object in this state."""
    item = state.objects[key]
    if home in state.objects:
        return key in state.needs(state.objects[home])
    return home in tables_on(state, item) if isinstance(item, DefinedState) else True


def _name_edges(
    steps: Sequence[_Step], drops: Mapping[Key, list[int]], creates: Mapping[Key, list[int]]
) -> Iterator[tuple[int, int]]:
    """Most databases keep the names of indexes and constraints per schema: another table has to give one up first."""
    released, taken = _by_name(drops), _by_name(creates)
    for name in released.keys() & taken.keys():
        for one in released[name]:
            for other in taken[name]:
                if "-~+".index(steps[one].symbol) < "-~+".index(steps[other].symbol):
                    yield one, other


def _by_key(steps: Sequence[_Step], what: str) -> defaultdict[Key, list[int]]:
    found: defaultdict[Key, list[int]] = defaultdict(list)
    for number, step in enumerate(steps):
        for key in getattr(step.touched, what):
            found[key].append(number)
    return found


def _by_name(steps: Mapping[Key, list[int]]) -> defaultdict[tuple[str, str], list[int]]:
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for (table, member), numbers in steps.items():
        if len(member) > 1 and member[0] == ":":
            found[table.rpartition(".")[0], member].extend(numbers)
    return found


def _pairs(firsts: Iterable[int], seconds: Sequence[int]) -> Iterator[tuple[int, int]]:
    yield from ((first, second) for first in firsts for second in seconds if first != second)
