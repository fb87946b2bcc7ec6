"""Tables and objects at each revision as cards: a heading and rows. Equal rows and equal cards are stored once.

In: the operations of a history, each with the states around it. Out: for each revision the cards that are new, other,
or gone. A card keeps its slot when its table is renamed, and a column its row, so that a viewer can tell a rename from
a drop and a new one. A table that comes back after it was dropped gets its old slot.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from minimig.revisions.replay import Change
from minimig.state.changes import definition, said
from minimig.state.objects import ObjectState, kind_and_name
from minimig.state.parts import ColumnState, ConstraintState, ForeignKeyState, IndexState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.values import SqlType

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True)
class Row:
    """One line of a card: a column, a key, a constraint, an index, or a part of an object's definition.

    `ident` names it within its card for as long as it lives. `shown` is False for what is seen elsewhere in the card: a
    key over one column is a sign beside that column. `target` is the slot that a foreign key points to.
    """

    ident: str
    kind: str
    name: str
    text: str
    type: str = ""
    nullable: bool = True
    shown: bool = True
    columns: tuple[str, ...] = ()
    target: int | None = None
    target_columns: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON: what says no more than the default is left out."""
        found: dict[str, Any] = {"id": self.ident, "kind": self.kind, "name": self.name, "text": self.text}
        if self.kind == "column":
            found |= {"type": self.type, "nullable": self.nullable}
        if self.columns:
            found["columns"] = list(self.columns)
        if self.target is not None:
            found |= {"target": self.target, "target_columns": list(self.target_columns)}
        return found if self.shown else {**found, "shown": False}


@dataclass(frozen=True)
class Card:
    """A table or object at one moment; `rows` are numbers in the list of all rows."""

    kind: str
    name: str
    note: str
    rows: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"kind": self.kind, "name": self.name, "note": self.note, "rows": list(self.rows)}


Shown = Mapping[int, int]
"""The cards of one moment: for each slot that is taken, the number of its card."""


@dataclass
class Interned(Generic[T]):
    """A list in which every value stands once."""

    items: list[T] = field(default_factory=list)
    _numbers: dict[T, int] = field(default_factory=dict)

    def put(self, item: T) -> int:
        """The number of the value, which is added where it is new."""
        if item not in self._numbers:
            self._numbers[item] = len(self.items)
            self.items.append(item)
        return self._numbers[item]


@dataclass
class Album:
    """All cards of a history, filled by following its operations one after the other."""

    rows: Interned[Row] = field(default_factory=Interned)
    cards: Interned[Card] = field(default_factory=Interned)
    slots: int = 0
    _slot_of: dict[str, int] = field(default_factory=dict)
    _once: dict[str, int] = field(default_factory=dict)
    _ids: dict[int, dict[str, str]] = field(default_factory=dict)
    _made: dict[int, tuple[TableState | ObjectState, int]] = field(default_factory=dict)

    def follow(self, changes: Iterable[Change]) -> None:
        """Learn which tables, objects and columns come, go, or get another name."""
        for _, before, after in changes:
            old, new = _keys(before), _keys(after)
            gone, come = [key for key in old if key not in new], [key for key in new if key not in old]
            if len(gone) == len(come) == 1 and kind_and_name(gone[0])[0] == kind_and_name(come[0])[0]:
                self._slot_of[come[0]] = self._slot_of.pop(gone[0])
            else:
                for key in gone:
                    self._once[key] = self._slot_of.pop(key)
                for key in come:
                    self._slot_of[key] = self._free_slot(key)
            for key, table in after.tables.items():
                if (was := before.tables.get(key)) is not None and was is not table:
                    self._follow_columns(self._slot_of[key], was, table)

    def shown(self, state: SchemaState) -> Shown:
        """The cards of a state that was followed to."""
        items: Iterable[TableState | ObjectState] = (*state.tables.values(), *state.objects.values())
        return {self._slot_of[item.key]: self._card(item) for item in items}

    def _free_slot(self, key: str) -> int:
        slot = self._once.pop(key, self.slots)
        self._ids.pop(slot, None)
        self.slots = max(self.slots, slot + 1)
        return slot

    def _follow_columns(self, slot: int, before: TableState, after: TableState) -> None:
        gone = [name for name in before.columns if name not in after.columns]
        come = [name for name in after.columns if name not in before.columns]
        ids = self._ids.setdefault(slot, {})
        renamed = (
            len(gone) == len(come) == 1 and replace(before.columns[gone[0]], name=come[0]) == after.columns[come[0]]
        )
        taken = {ids.get(name, name) for name in before.columns if name not in gone}
        for name in come:
            ident = ids.pop(gone[0], gone[0]) if renamed else name
            while not renamed and ident in taken:
                ident += "'"
            ids[name] = ident

    def _card(self, item: TableState | ObjectState) -> int:
        if id(item) not in self._made:  # the state is kept beside it, so that its id stays its own
            card = self._of_table(item) if isinstance(item, TableState) else self._of_object(item)
            self._made[id(item)] = item, self.cards.put(card)
        return self._made[id(item)][1]

    def _of_table(self, table: TableState) -> Card:
        ids = self._ids.get(self._slot_of[table.key], {})
        rows = [_of_column(column, ids.get(name, name)) for name, column in table.columns.items()]
        if table.primary_key is not None:
            key = table.primary_key
            shown = len(key.columns) > 1
            rows.append(Row("primary key", "key", "primary key", definition(key), shown=shown, columns=key.columns))
        rows += [self._of_constraint(constraint, table) for constraint in table.constraints.values()]
        rows += [_part("index", index, table) for index in table.indexes.values()]
        note = "\n".join(filter(None, [table.comment, *(f"{name} {said(value)}" for name, value in table.options)]))
        return Card("table", table.key, note, tuple(map(self.rows.put, rows)))

    def _of_object(self, item: ObjectState) -> Card:
        kind, name = kind_and_name(item.key)
        rows = [Row(part, "part", part, said(value)) for part, value in item.said.items()]
        return Card(kind, name, "", tuple(map(self.rows.put, rows)))

    def _of_constraint(self, constraint: ConstraintState, table: TableState) -> Row:
        row = _part(constraint.kind, constraint, table)
        if not isinstance(constraint, ForeignKeyState):
            return row
        return replace(
            row,
            shown=len(constraint.columns) > 1,
            target=self._slot_of.get(constraint.target),
            target_columns=constraint.target_columns,
        )


def _keys(state: SchemaState) -> Mapping[str, object]:
    return {**state.tables, **state.objects}


def _of_column(column: ColumnState, ident: str) -> Row:
    words = type_words(column.type)
    text = definition(column).replace(said(column.type), words, 1)
    text += f" COMMENT {column.comment!r}" if column.comment else ""
    return Row(ident, "column", column.name, text, words, column.nullable)


def type_words(type_: SqlType) -> str:
    """A column's type for people; of an enum its name and labels, which no generic SQL has words for."""
    plain = type_.sa_type
    if isinstance(plain, sa.Enum):
        return f"ENUM {plain.name or ''}({', '.join(plain.enums)})".replace("ENUM (", "ENUM(")
    return said(type_)


def _part(kind: str, part: ConstraintState | IndexState, table: TableState) -> Row:
    of = part.columns if isinstance(part, UniqueState | ForeignKeyState) else columns_of(part, table)
    return Row(f"{kind} {part.name}", kind, part.name, definition(part), columns=of)
