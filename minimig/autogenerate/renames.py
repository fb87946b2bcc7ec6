"""Renamed, or dropped and created anew? Finds likely pairs, asks, and gives the rename operations.

In: two states and a questioner. Out: operations that rename tables, sequences and columns, before everything else, and
what turned out to be gone.
When they are applied to the state before, every foreign key, index and CHECK follows, so the comparison after
them sees a rename nowhere but here. Pairs are scored by likeness, and maximum weight matching puts the best
partner of each first.

Django asks about pairs that are exactly alike and misses a rename together with another change; Alembic has no
renames.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import count
from typing import NamedTuple, TypeVar

import networkx as nx

from minimig.autogenerate.families import family
from minimig.autogenerate.questioner import Foretold, Questioner
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.operations.rename_column import RenameColumn
from minimig.operations.sequences import RenameSequence
from minimig.operations.tables import RenameTable
from minimig.state.objects import ObjectState, SequenceState
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState

_Thing = TypeVar("_Thing")
Alike = Callable[[str, str], float]

THRESHOLD = 0.5
"""How alike, from 0 to 1, two things must be for a question to be worth asking."""


class Renames(NamedTuple):
    """The renames, and the full names of what was asked about and is none."""

    operations: list[Operation]
    dropped: frozenset[str]


def any_group(_old: str, _new: str) -> bool:
    """Any table may have become any other."""
    return True


def find_renames(
    before: SchemaState,
    after: SchemaState,
    questioner: Questioner,
    same_group: Callable[[str, str], bool] = any_group,
) -> Renames:
    """The renames of sequences, of tables, then of columns, as answered by the questioner.

    `same_group(old key, new key)` says whether a table may move between the two, for example that both are of one app.
    """
    sequences = _renamed_sequences(before, after, questioner, same_group)
    tables = _renamed_tables(before, after, questioner, same_group)
    state = SchemaState(states(sequences, before)[-1].tables)  # some objects will have to step aside first
    state = states(tables.operations, state)[-1]
    shared = sorted(state.tables.keys() & after.tables.keys())
    foretold = _foretold(questioner)
    parts = [tables, *(_renamed_columns(state[key], after[key], questioner, foretold) for key in shared)]
    operations = [operation for part in parts for operation in part.operations]
    return Renames([*sequences, *operations], frozenset[str]().union(*(part.dropped for part in parts)))


def _renamed_tables(
    before: SchemaState, after: SchemaState, questioner: Questioner, same_group: Callable[[str, str], bool]
) -> Renames:
    foretold = _foretold(questioner)
    leaving = _leaving(before.tables.keys(), after.tables.keys(), foretold)
    olds = {key: table for key, table in before.tables.items() if key in leaving}
    news = {key: table for key, table in after.tables.items() if key in leaving or key not in before.tables}

    def alike(old: str, new: str) -> float:
        possible = olds[old].schema == news[new].schema and same_group(old, new)
        return table_likeness(olds[old], news[new]) if possible else 0.0

    def told(old: str, names: Iterable[str]) -> str | None:
        possible = [new for new in names if olds[old].schema == news[new].schema and same_group(old, new)]
        return None if foretold is None else foretold.stated(old, possible)

    def ask(old: str, names: Sequence[str]) -> str | None:
        return questioner.rename_table(olds[old], [news[name] for name in names])

    pairs, gone = _decide(olds, news, alike, told, ask)
    aside = {key: _aside(key, before.tables) for key in olds if key in after.tables and key not in pairs}
    found: list[Operation] = []
    for old, new in _in_turn({**pairs, **aside}, before.tables):
        schema = before[old].schema if old in before.tables else news[new].schema
        start = len(schema) + 1 if schema else 0
        found.append(RenameTable(old[start:], new[start:], schema=schema))
    return Renames(found, frozenset({*gone, *aside.values()}))


def _renamed_sequences(
    before: SchemaState, after: SchemaState, questioner: Questioner, same_group: Callable[[str, str], bool]
) -> list[Operation]:
    """Those that were told: two sequences are never alike enough to ask, but a new one would count from its start."""
    if not isinstance(questioner, Foretold):
        return []
    news = {key: item for key, item in after.objects.items() if _is_sequence(item) and key not in before.objects}
    found: list[Operation] = []
    for key, old in sorted(before.objects.items()):
        if _is_sequence(old) and key not in after.objects:
            names = {_bare(k): k for k, new in news.items() if new.schema == old.schema and same_group(key, k)}
            told = questioner.stated(_bare(key), names)
            if told is not None:
                new = news.pop(names[told])
                found.append(RenameSequence(old.name, new.name, schema=old.schema))
    return found


def _is_sequence(item: ObjectState) -> bool:
    return isinstance(item, SequenceState)


def _bare(key: str) -> str:
    """The key without its kind."""
    return key.partition(" ")[2]


def _renamed_columns(
    before: TableState, after: TableState, questioner: Questioner, foretold: Foretold | None
) -> Renames:
    if foretold is None and before.columns.keys() == after.columns.keys():  # as a rule
        return Renames([], frozenset())
    full = {f"{after.key}.{name}": name for name in (*before.columns, *after.columns)}
    old_keys, new_keys = ({f"{after.key}.{name}" for name in table.columns} for table in (before, after))
    leaving = {full[key] for key in _leaving(old_keys, new_keys, foretold)}
    if not leaving and old_keys == new_keys:  # as a rule
        return Renames([], frozenset())
    olds = {name: column for name, column in before.columns.items() if name in leaving}
    news = {name: column for name, column in after.columns.items() if name in leaving or name not in before.columns}
    old_places, new_places = _places(before), _places(after)

    def alike(old: str, new: str) -> float:
        place = 1 - abs(old_places[old] - new_places[new])
        return column_likeness(olds[old], news[new], place)

    def told(old: str, names: Iterable[str]) -> str | None:
        if foretold is None:
            return None
        said = foretold.stated(f"{after.key}.{old}", [f"{after.key}.{name}" for name in names])
        return None if said is None else full[said]

    def ask(old: str, names: Sequence[str]) -> str | None:
        return questioner.rename_column(after.key, olds[old], [news[name] for name in names])

    pairs, gone = _decide(olds, news, alike, told, ask)
    aside = {name: _aside(name, before.columns) for name in olds if name in after.columns and name not in pairs}
    turns = _in_turn({**pairs, **aside}, before.columns)
    found: list[Operation] = [RenameColumn(after.name, old, new, schema=after.schema) for old, new in turns]
    return Renames(found, frozenset(f"{after.key}.{name}" for name in (*gone, *aside.values())))


def _foretold(questioner: Questioner) -> Foretold | None:
    """The questioner, if it was told things beforehand: looking for that takes too long to do it for each table."""
    return questioner if isinstance(questioner, Foretold) else None


def _leaving(before: Collection[str], after: Collection[str], foretold: Foretold | None) -> set[str]:
    """The full names of before that their things do not keep: they are gone, or were told to go to another thing."""
    both = sorted(name for name in before if name in after)
    handed_over = frozenset[str]() if foretold is None else foretold.handed_over(both)
    return {name for name in before if name not in after} | handed_over


def _in_turn(pairs: Mapping[str, str], taken: Collection[str]) -> Iterator[tuple[str, str]]:
    """The renames in an order in which each finds its new name free; a circle is opened by stepping aside once."""
    left = dict(pairs)
    while left:
        ready = next((old for old in sorted(left) if left[old] not in left), None)
        if ready is None:
            ready = min(left)
            aside = _aside(ready, {*taken, *pairs.values()})
            yield ready, aside
            left[aside] = left.pop(ready)
        else:
            yield ready, left.pop(ready)


def _aside(name: str, taken: Collection[str]) -> str:
    """A free name for the time between two renames."""
    numbers = (f"{name[:50]}_aside{number or ''}" for number in count())
    return next(free for free in numbers if free not in taken)


def _decide(
    olds: Mapping[str, _Thing],
    news: Mapping[str, _Thing],
    alike: Alike,
    told: Callable[[str, Iterable[str]], str | None],
    ask: Callable[[str, Sequence[str]], str | None],
) -> tuple[dict[str, str], set[str]]:
    """What each old name became: first what was told, then what is asked, the clearest first; and who was denied."""
    decided: dict[str, str] = {}
    denied: set[str] = set()
    left = sorted(news)
    for old in sorted(olds):
        new = told(old, left)
        if new is not None:
            decided[old] = new
            left.remove(new)
    open_olds = [old for old in sorted(olds) if old not in decided and old not in news]
    for old, candidates in best_candidates(open_olds, left, alike):
        open_ = [new for new in candidates if new not in decided.values()]
        if not open_:
            continue
        answer = ask(old, open_)
        if answer is not None:
            decided[old] = answer
        else:
            denied.add(old)
    return decided, denied


def best_candidates(olds: Sequence[str], news: Sequence[str], alike: Alike) -> list[tuple[str, list[str]]]:
    """Each old name that is like some new one, with those: its partner in the best pairing, then by likeness."""
    scores: dict[str, dict[str, float]] = {}
    for old in olds:
        close = {new: score for new in news if (score := alike(old, new)) >= THRESHOLD}
        if close:
            scores[old] = close
    partner = _best_pairing(scores)

    def clearest(old: str) -> tuple[float, str]:
        return (-scores[old][partner[old]] if old in partner else 0.0, old)

    return [
        (old, sorted(scores[old], key=lambda new: (new != partner.get(old), -scores[old][new], new)))
        for old in sorted(scores, key=clearest)
    ]


def _best_pairing(scores: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """The pairing with the greatest sum of scores, one group of connected names at a time."""
    graph: nx.Graph[tuple[str, str]] = nx.Graph()
    for old in sorted(scores):
        for new in sorted(scores[old]):
            graph.add_edge(("old", old), ("new", new), weight=round(1000 * scores[old][new]))
    partner: dict[str, str] = {}
    for group in nx.connected_components(graph):
        # A graph built in sorted order: matching walks it in that order, so that equal scores are settled the same way.
        part: nx.Graph[tuple[str, str]] = nx.Graph()
        for one, other in sorted(sorted(edge) for edge in graph.edges(group)):
            part.add_edge(one, other, weight=graph.edges[one, other]["weight"])
        for pair in nx.max_weight_matching(part):
            (_, new), (_, old) = sorted(pair)
            partner[old] = new
    return partner


def table_likeness(old: TableState, new: TableState) -> float:
    """How alike two tables are: mostly the share of columns that are the same in both, a little their names."""
    common = old.columns.keys() & new.columns.keys()
    total = len(old.columns) + len(new.columns)
    if 0.7 * 2 * len(common) / total + 0.3 < THRESHOLD:
        return 0.0  # spares comparing columns and names in full, which counts when many tables come and go
    same = sum(old.columns[name] == new.columns[name] for name in common)
    return 0.7 * 2 * same / total + 0.3 * name_likeness(old.name, new.name)


def column_likeness(old: ColumnState, new: ColumnState, place: float) -> float:
    """How alike two columns are: type first, then name, place, NULL and default. `place` is 1 for the same place."""
    if old.computed != new.computed:
        return 0.0  # a computed column holds no data of its own: nothing is kept by a rename
    return (
        0.4 * _type_likeness(old, new)
        + 0.25 * name_likeness(old.name, new.name)
        + 0.15 * place
        + 0.1 * (old.nullable == new.nullable)
        + 0.1 * ((old.default, old.identity) == (new.default, new.identity))
    )


def _type_likeness(old: ColumnState, new: ColumnState) -> float:
    if old.type == new.type:
        return 1.0
    return 0.6 if family(old.type) is family(new.type) else 0.0


def name_likeness(old: str, new: str) -> float:
    """How alike two names are."""
    return SequenceMatcher(None, old.lower(), new.lower(), autojunk=False).ratio()


def _places(table: TableState) -> dict[str, float]:
    """Where in its table each column stands, from 0 to 1."""
    last = max(len(table.columns) - 1, 1)
    return {name: place / last for place, name in enumerate(table.columns)}
