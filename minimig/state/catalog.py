"""The tables of a schema, with three questions answered without a look at each.

Who points to a table? Who uses a type? Is anything made on some databases only?

Renaming or dropping a table concerns those that point to it, changing an enum those that have a column of it. Searching
them anew for each operation would make a history cost operations times tables.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import TypeVar

from minimig.state.named_types import TypeName
from minimig.state.shared import SharedDict
from minimig.state.tables import TableState

T = TypeVar("T", bound=Hashable)
Index = SharedDict[T, SharedDict[str, None]]
"""For each thing that is used, the keys of the tables that use it."""


class Catalog(SharedDict[str, TableState]):
    """Tables by key, edited as any SharedDict."""

    __slots__ = ("_conditional", "_pointing", "_using")

    def __init__(
        self, tables: SharedDict[str, TableState], pointing: Index[str], using: Index[TypeName], conditional: int
    ) -> None:
        super().__init__(tables._whole, tables._changes)  # noqa: SLF001 - a base class's own
        self._pointing = pointing
        self._using = using
        self._conditional = conditional

    @classmethod
    def of(cls, tables: Mapping[str, TableState]) -> Catalog:
        """The catalog of these tables; itself if they are one."""
        if isinstance(tables, cls):
            return tables
        pointing: dict[str, dict[str, None]] = {}
        using: dict[TypeName, dict[str, None]] = {}
        for key, table in tables.items():
            for target in _targets(table):
                pointing.setdefault(target, {})[key] = None
            for name in table.named_types:
                using.setdefault(name, {})[key] = None
        conditional = sum(table.is_conditional for table in tables.values())
        return cls(SharedDict(tables), _index(pointing), _index(using), conditional)

    @property
    def is_conditional(self) -> bool:
        """Whether anything in one of the tables is made on some databases only."""
        return self._conditional > 0

    def edited(self, changes: Mapping[str, TableState], gone: Collection[str] = ()) -> Catalog:
        pointing, using, conditional = self._pointing, self._using, self._conditional
        for key in (*changes, *gone):
            old, new = self.get(key), changes.get(key)
            if old is None or new is None or old.constraints is not new.constraints:
                pointing = _told(pointing, key, _targets(old), _targets(new))
            if old is None or new is None or old.columns is not new.columns:
                using = _told(using, key, _types(old), _types(new))
            conditional += (new is not None and new.is_conditional) - (old is not None and old.is_conditional)
        return Catalog(super().edited(changes, gone), pointing, using, conditional)

    def pointing_to(self, key: str) -> Iterator[TableState]:
        """The tables with a foreign key to a table, in the order of their keys, however they came to have it.

        An interrupted run is taken up at a statement: they have to come in the same order whoever tells the state.
        """
        return (self[holder] for holder in sorted(self._pointing.get(key, ())))

    def using(self, name: TypeName) -> Iterator[TableState]:
        """The tables with a column of an enum or a domain, in the order of their keys."""
        return (self[user] for user in sorted(self._using.get(name, ())))


def _index(found: Mapping[T, Mapping[str, None]]) -> Index[T]:
    return SharedDict({thing: SharedDict(users) for thing, users in found.items()})


def _told(index: Index[T], user: str, before: Collection[T], after: Collection[T]) -> Index[T]:
    """The index, told what a table uses now and what it used before."""
    lost, won = [t for t in before if t not in after], [t for t in after if t not in before]
    left = {thing: index[thing].edited({}, [user]) for thing in lost}
    joined = {thing: index.get(thing, SharedDict[str, None]()).edited({user: None}) for thing in won}
    return index.edited({**left, **joined}) if left or joined else index


def _targets(table: TableState | None) -> Collection[str]:
    return () if table is None else dict.fromkeys(key.target for key in table.foreign_keys)


def _types(table: TableState | None) -> Collection[TypeName]:
    return () if table is None else table.named_types
