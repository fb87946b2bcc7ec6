"""Fewer operations to the same state: each absorbs a later one where what lies between lets the two meet.

In: a list of operations and the state it starts from. Out: a list that leads to the same state. An operation
says by `absorb` what can stand for itself and a later one; the optimizer only has to know whether one of the
two can move to the other, which footprints tell. Nothing here knows any kind of operation.

Django's optimizer asks each operation whether it may be passed (`reduce` returns True), and walks the list
again from its start after each fold; here an index of keys finds what is in the way without walking at all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from minimig.autogenerate.stages import Folded, Optimized
from minimig.errors import StateError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.operations.footprint import Footprint, Key
from minimig.stages import Tell, untold
from minimig.state.schema import SchemaState


def optimize(operations: Sequence[Operation], before: SchemaState, tell: Tell = untold) -> list[Operation]:
    """The operations, folded until nothing folds any more."""
    current = list(operations)
    along = states(current, before)
    folds = 0
    while True:
        walk = _Pass(current, along)
        folded = walk.folded()
        after = _replayed(folded, before) if walk.folds else None
        if after is None or after[-1] != along[-1]:
            # Nothing folded; or, since footprints do not know that a table must keep one column, a fold needs an empty
            # table, and is not taken.
            tell(Optimized(tuple(current), folds))
            return current
        for fold in walk.folds:
            tell(fold)
        folds += len(walk.folds)
        current, along = folded, after


def _replayed(operations: Sequence[Operation], before: SchemaState) -> list[SchemaState] | None:
    try:
        return states(operations, before)
    except StateError:
        return None


class _Pass:
    """One walk over the list. Places stay where they are: a folded operation leaves its place empty."""

    def __init__(self, operations: Sequence[Operation], along: Sequence[SchemaState]) -> None:
        self._places: list[Operation | None] = list(operations)
        self._touched = [o.footprint(state) for o, state in zip(operations, along, strict=False)]
        self._traffic = _Traffic(self._touched)
        self.folds: list[Folded] = []

    def folded(self) -> list[Operation]:
        """What is left after each operation has absorbed what it can."""
        for place in range(len(self._places)):
            while self._fold(place):
                pass
        return [operation for operation in self._places if operation is not None]

    def _fold(self, place: int) -> bool:
        """Let the operation at `place` absorb the first later one that it can; False when there is none."""
        one = self._places[place]
        if one is None or _stands_alone(type(one)):
            return False
        for later in self._traffic.writers_after(place, self._touched[place]):
            other = self._places[later]
            # Where they cannot meet the question is meaningless: what the later one drops may come from between.
            alone = other is None or _stands_alone(type(other))
            target = None if alone else self._meeting_place(place, later)
            merged = None if target is None or other is None else one.absorb(other)
            if other is not None and target is not None and merged is not None and len(merged) <= 1:
                self.folds.append(Folded(one, other, *merged or (None,)))
                self._put(place, later, target, *merged)
                return True
        return False

    def _meeting_place(self, place: int, later: int) -> int | None:
        """Where two operations can meet: one of them moves over everything between, or None when neither can.

        To an earlier place, so that what is created stays where it was; but what is dropped is dropped late.
        """
        ways = [(place, self._touched[later]), (later, self._touched[place])]
        if self._places[later].symbol == "-":  # type: ignore[union-attr]
            ways.reverse()
        return next((to for to, moving in ways if self._traffic.clear(moving, place, later)), None)

    def _put(self, place: int, later: int, target: int, merged: Operation | None = None) -> None:
        """Leave `merged` at `target`, and nothing at the other of the two places."""
        self._traffic.remove(place, self._touched[place])
        self._traffic.remove(later, self._touched[later])
        both = self._touched[place] | self._touched[later]  # more than the fold does, until the next pass looks
        self._places[place] = self._places[later] = None
        if merged is not None:
            self._places[target] = merged
            self._touched[target] = both
            self._traffic.add(target, both)


class _Traffic:
    """Which places write and touch which keys, so that what stands between two places is found by bisection."""

    def __init__(self, touched: Sequence[Footprint]) -> None:
        self._everything: list[int] = []
        self._writers: defaultdict[Key, list[int]] = defaultdict(list)
        self._users: defaultdict[Key, list[int]] = defaultdict(list)
        self._visitors: defaultdict[str, list[int]] = defaultdict(list)
        for place, footprint in enumerate(touched):
            self.add(place, footprint)

    def add(self, place: int, touched: Footprint) -> None:
        for places in self._lists(touched):
            insort(places, place)

    def remove(self, place: int, touched: Footprint) -> None:
        for places in self._lists(touched):
            del places[bisect_left(places, place)]

    def clear(self, touched: Footprint, start: int, end: int) -> bool:
        """Whether an operation with this footprint commutes with all that stands strictly between two places."""
        return not touched.everything and not any(
            bisect_right(places, start) < bisect_left(places, end) for places in self._blocking(touched)
        )

    def writers_after(self, place: int, touched: Footprint) -> list[int]:
        """Later places that write what an operation with this footprint writes: only they can be absorbed by it."""
        lists = [self._writers.get(key, []) for key in touched.writes]
        lists += [self._writers.get((table, ""), []) for table in {table for table, _ in touched.writes}]
        lists += [self._visitors.get(table, []) for table, member in touched.writes if not member]
        return sorted({later for places in lists for later in places[bisect_right(places, place) :]})

    def _lists(self, touched: Footprint) -> Iterator[list[int]]:
        """The lists in which a place with this footprint is entered."""
        if touched.everything:
            yield self._everything
        yield from (self._writers[key] for key in touched.writes)
        yield from (self._users[key] for key in touched.touches)
        yield from (self._visitors[table] for table in {table for table, _ in touched.touches})

    def _blocking(self, touched: Footprint) -> Iterator[list[int]]:
        """The lists of places that do not commute with this footprint: `footprint.commute`, spelled for an index."""
        yield self._everything
        yield from (self._writers.get(key, []) for key in touched.touches)
        yield from (self._writers.get((table, ""), []) for table in {table for table, _ in touched.touches})
        yield from (self._users.get(key, []) for key in touched.writes)
        yield from (self._visitors.get(table, []) for table, member in touched.writes if not member)


@cache
def _stands_alone(kind: type[Operation]) -> bool:
    """Whether a class changes how the operation it is derived from runs, and not how that one folds.

    What a fold leaves would run as it used to, so there is none.
    """
    running = [cls for cls in kind.__mro__ if "database_forwards" in vars(cls)]
    folding = next(cls for cls in kind.__mro__ if "absorb" in vars(cls))
    return len(running) > 2 and not issubclass(folding, running[0])  # the last of them is Operation
