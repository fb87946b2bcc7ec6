"""Operations shared out among apps: one chunk, and so one revision file, per app where that is possible.

In: an ordered list of operations and which app a table belongs to. Out: chunks in an order that works, each
with the earlier chunks it needs. An app gets a second chunk only when it has to wait for another app that waits
for it: a knot of foreign keys across apps. An operation that runs outside a transaction gets a file of its own, so that
nothing before it is committed when it fails.

Django adds files until every dependency is met, in order of apps; Alembic has one history and no such question.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from minimig.errors import StateError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.operations.footprint import Footprint, Key
from minimig.state.schema import SchemaState

AppOf = Callable[[str], str]


class _Group(NamedTuple):
    """What shares a file: the operations of an app, or one that stands alone, by its place."""

    app: str
    alone: int | None


@dataclass(frozen=True)
class Chunk:
    """What one new revision file of `app` holds.

    `needs` are the positions of earlier chunks that go before it; `touches` the keys of all tables and objects that it
    has to do with, `drops` of those that are gone after it.
    """

    app: str
    operations: tuple[Operation, ...]
    needs: frozenset[int]
    touches: frozenset[str]
    drops: frozenset[str] = frozenset()


def partition(
    operations: Sequence[Operation], before: SchemaState, app_of: AppOf, apps: Collection[str] = ()
) -> list[Chunk]:
    """The operations in chunks; executed one after another they lead where the list leads.

    `app_of(table key)` names the app of a table. One that belongs to no table, such as SQL that a rewriter added, stays
    with the one in front of it, else with the one behind; alone it goes to the only one of `apps`. Raises StateError
    when there are several.
    """
    touched = [o.footprint(state) for o, state in zip(operations, states(operations, before), strict=False)]
    waits = _waits(touched)
    groups = {
        place: _Group(app, place if operations[place].alone else None)
        for place, app in enumerate(_apps(operations, touched, app_of, apps))
    }
    chunk_of: dict[int, int] = {}
    chunks: list[Chunk] = []
    while groups:
        group, places = _next_chunk(groups, waits, chunk_of)
        app = group.app
        needs = {chunk_of[other] for place in places for other in waits[place] if other in chunk_of}
        needs.update([number for number, chunk in enumerate(chunks) if chunk.app == app][-1:])
        tables = {table for place in places for table, _ in touched[place].touches}
        chunk_of.update(dict.fromkeys(places, len(chunks)))
        drops = {table for place in places for table, member in touched[place].drops if not member}
        chunk = Chunk(app, tuple(operations[p] for p in places), frozenset(needs), frozenset(tables), frozenset(drops))
        chunks.append(chunk)
        groups = {place: other for place, other in groups.items() if place not in chunk_of}
    return chunks


def reads_of(chunk: Chunk, before: SchemaState, app_of: AppOf) -> frozenset[str]:
    """The tables of other apps that the chunk touches and that existed before: their revisions go before it.

    `before` is the state that was given to `partition`.
    """
    return frozenset(key for key in chunk.touches if key in before and app_of(key) != chunk.app)


def _apps(
    operations: Sequence[Operation], touched: Sequence[Footprint], app_of: AppOf, apps: Collection[str]
) -> Iterator[str]:
    """The app of each operation."""
    homes = [_home(operation, footprint) for operation, footprint in zip(operations, touched, strict=True)]
    own = [None if home is None else app_of(home) for home in homes]
    before = next((app for app in own if app is not None), next(iter(apps), None) if len(apps) == 1 else None)
    for operation, app in zip(operations, own, strict=True):
        before = app or before
        if before is None:
            raise StateError(
                f"{operation.describe()} belongs to no table, so to no app",
                hint="put it behind an operation of the app that it is for, or into a file: makemigrations APP --empty",
            )
        yield before


def _home(operation: Operation, touched: Footprint) -> str | None:
    """Where an operation belongs. What has no home of its own, such as an enum, has it in a table that it changes."""
    changed = sorted(table for table, _ in touched.changes if table)
    return operation.home or next(iter(changed), None)


def _next_chunk(
    apps: Mapping[int, _Group], waits: Sequence[frozenset[int]], done: Collection[int], *, look_ahead: bool = True
) -> tuple[_Group, list[int]]:
    """An app that can do all it has left, with the places; in a knot, the app after which fewest chunks follow."""
    possible: dict[_Group, dict[int, None]] = {app: {} for app in apps.values()}
    for place, app in apps.items():
        if all(other in done or other in possible[app] for other in waits[place]):
            possible[app][place] = None
    left = Counter(apps.values())
    for app, places in possible.items():
        if len(places) == left[app]:
            return app, list(places)

    def cost(app: _Group) -> tuple[int, int]:
        return _chunks_after(possible[app], apps, waits, done) if look_ahead else 0, -len(possible[app])

    app = min((app for app, places in possible.items() if places), key=cost)
    return app, list(possible[app])


def _chunks_after(
    taken: Collection[int], apps: Mapping[int, _Group], waits: Sequence[frozenset[int]], done: Collection[int]
) -> int:
    """How many more chunks it takes when these places come next."""
    count = 0
    while True:
        done = {*done, *taken}
        apps = {place: app for place, app in apps.items() if place not in done}
        if not apps:
            return count
        _, taken = _next_chunk(apps, waits, done, look_ahead=False)
        count += 1


def _waits(touched: Iterable[Footprint]) -> list[frozenset[int]]:
    """For each operation the earlier ones it does not commute with; of a chain of writers, the last one."""
    writer: dict[Key, int] = {}
    users: defaultdict[Key, set[int]] = defaultdict(set)
    visitors: defaultdict[str, set[int]] = defaultdict(set)
    found: list[frozenset[int]] = []
    last: int | None = None  # of those that touch everything
    for place, footprint in enumerate(touched):
        if footprint.everything:
            last = place
            found.append(frozenset(range(place)))
            continue
        waits: set[int | None] = {last, *(writer.get(key) for key in footprint.touches)}
        waits |= {writer.get((table, "")) for table, _ in footprint.touches}
        for table, member in footprint.writes:
            waits |= users[table, member] if member else visitors[table]
        found.append(frozenset(other for other in waits if other is not None))
        for table, member in footprint.writes:
            writer[table, member] = place
            users[table, member] = set()
            if not member:
                visitors[table] = set()
        for table, member in footprint.touches:
            users[table, member].add(place)
            visitors[table].add(place)
    return found
