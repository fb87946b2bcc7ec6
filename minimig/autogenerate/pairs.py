"""The tables of two states, paired, and what in them cannot stay: the values that the rules look at.

A column that is dropped takes along what uses it: indexes and constraints, and foreign keys of other tables
that point to it. What uses a key that is dropped has to go too, and to come back when the new state still has
it. Which items these are is found here, once for the whole schema, so that each rule can look at one pair
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Generic, TypeVar

from minimig.operations.footprint import unique_keys
from minimig.state.expressions import names_in
from minimig.state.options import NOT_VALID
from minimig.state.parts import ConstraintState, ForeignKeyState, IndexState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of

_Item = TypeVar("_Item", ConstraintState, IndexState)


@dataclass(frozen=True)
class Changes(Generic[_Item]):
    """What happens to the constraints, or the indexes, of one table. What is kept is in none of these."""

    dropped: tuple[_Item, ...]
    added: tuple[_Item, ...]
    renamed: tuple[tuple[str, str], ...]
    validated: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leaving:
    """What does not stay, in the whole schema: tables, columns of tables, and sets of columns that were unique."""

    tables: frozenset[str] = frozenset()
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    keys: Mapping[str, frozenset[frozenset[str]]] = field(default_factory=dict)

    def breaks(self, key: ForeignKeyState) -> bool:
        """Whether a foreign key points to something that does not stay."""
        pointed = frozenset(key.target_columns)
        return (
            key.target in self.tables
            or not pointed.isdisjoint(self.columns.get(key.target, ()))
            or pointed in self.keys.get(key.target, ())
        )


@dataclass(frozen=True)
class TablePair:
    """One table before (renames applied) and after; None where it does not exist."""

    old: TableState | None
    new: TableState | None
    leaving: Leaving

    @property
    def both(self) -> tuple[TableState, TableState] | None:
        """Both tables, when there are two to compare."""
        return (self.old, self.new) if self.old is not None and self.new is not None else None

    @cached_property
    def columns(self) -> frozenset[str]:
        """The old columns that do not stay: dropped, or dropped and added anew."""
        return self.leaving.columns.get(self.old.key, frozenset()) if self.old else frozenset()

    @property
    def primary_key_stays(self) -> bool:
        """Whether the primary key, or its absence, is the same before and after."""
        return self.both is None or _primary_key_stays(*self.both, self.columns)

    def constraints(self) -> Changes[ConstraintState]:
        """What happens to the constraints."""
        if self.both is None:
            return Changes((), (), ())
        return _constraint_changes(*self.both, self.columns, self.leaving)

    def indexes(self) -> Changes[IndexState]:
        """What happens to the indexes."""
        if self.both is None:
            return Changes((), (), ())
        return _index_changes(*self.both, self.columns)


def pair_tables(before: SchemaState, after: SchemaState) -> tuple[TablePair, ...]:
    """Every table of both states, sorted by key.

    A table of which no column stays makes two pairs, dropped and created: it keeps no data, and a database refuses to
    drop the last column of a table.
    """
    both: list[tuple[TableState, TableState]] = []
    alone: list[tuple[TableState | None, TableState | None]] = []
    columns: dict[str, frozenset[str]] = {}
    for key in sorted(before.tables.keys() | after.tables.keys()):
        old, new = before.tables.get(key), after.tables.get(key)
        gone = columns_leaving(old, new) if old and new and old != new else frozenset()
        if old is None or new is None:
            alone.append((old, new))
        elif gone == old.columns.keys():
            alone += [(old, None), (None, new)]
        else:
            both.append((old, new))
            columns[key] = gone
    tables = frozenset(old.key for old, _ in alone if old is not None)
    keys = {old.key: _keys_leaving(old, new, columns[old.key]) for old, new in both if old != new}
    leaving = Leaving(tables, columns, keys)
    return tuple(TablePair(old, new, leaving) for old, new in [*alone, *both])


def columns_leaving(old: TableState, new: TableState) -> frozenset[str]:
    """The old columns that do not stay: dropped, or computed in another way, or from one that does not stay."""
    gone = {
        name
        for name, column in old.columns.items()
        if name not in new.columns or new.columns[name].computed != column.computed
    }
    computed = {name: column.computed for name, column in old.columns.items() if column.computed}
    while True:
        following = {n for n, c in computed.items() if n not in gone and names_in(c.expression.text, gone)}
        if not following:
            return frozenset(gone)
        gone |= following


def _keys_leaving(old: TableState, new: TableState, gone: frozenset[str]) -> frozenset[frozenset[str]]:
    """The sets of columns whose key or unique index is dropped, or dropped and made anew."""
    names = {item.name for item in _constraint_changes(old, new, gone, Leaving()).dropped}
    names |= {item.name for item in _index_changes(old, new, gone).dropped}
    names |= set() if _primary_key_stays(old, new, gone) else {""}
    return frozenset(columns for name, columns in unique_keys(old) if name in names)


def _primary_key_stays(old: TableState, new: TableState, gone: frozenset[str]) -> bool:
    """Whether there is none on both sides, or the same one, if perhaps under another name."""
    if old.primary_key is None or new.primary_key is None:
        return old.primary_key is new.primary_key
    same = replace(old.primary_key, name=None) == replace(new.primary_key, name=None)
    return same and gone.isdisjoint(old.primary_key.columns)


def _constraint_changes(
    old: TableState, new: TableState, gone: frozenset[str], leaving: Leaving
) -> Changes[ConstraintState]:
    def must_go(item: ConstraintState) -> bool:
        broken = isinstance(item, ForeignKeyState) and leaving.breaks(item)
        return broken or not gone.isdisjoint(columns_of(item, old))

    return _changes(old.constraints, new.constraints, must_go, {*old.constraints, *old.indexes})


def _index_changes(old: TableState, new: TableState, gone: frozenset[str]) -> Changes[IndexState]:
    def must_go(item: IndexState) -> bool:
        return not gone.isdisjoint(columns_of(item, old))

    return _changes(old.indexes, new.indexes, must_go, {*old.constraints, *old.indexes})


def _changes(
    old: Mapping[str, _Item], new: Mapping[str, _Item], must_go: Callable[[_Item], bool], taken: Collection[str]
) -> Changes[_Item]:
    """Items compared by name; what says the same under another name, one that was free, is renamed."""
    staying = {name for name, item in old.items() if name in new and not must_go(item)}
    validated = {name for name in staying if new[name] != old[name] and new[name] == _validated(old[name])}
    kept = validated | {name for name in staying if new[name] == old[name]}
    added = [new[name] for name in sorted(new) if name not in kept]
    dropped: list[_Item] = []
    renamed: list[tuple[str, str]] = []
    for name in sorted(old.keys() - kept):
        same = [i for i in added if i.name not in taken and not must_go(old[name]) and _renamed(old[name], i.name) == i]
        if same:
            renamed.append((name, same[0].name))
            added.remove(same[0])
        else:
            dropped.append(old[name])
    return Changes(tuple(dropped), tuple(added), tuple(renamed), tuple(sorted(validated)))


def _validated(item: _Item) -> _Item:
    return replace(item, options=tuple(option for option in item.options if option != NOT_VALID))


def _renamed(item: _Item, name: str) -> _Item:
    return replace(item, name=name)
