"""Columns that follow the type of a column that they point to.

A foreign key needs both of its columns to be of one type. When the type of a column changes, those that point to it,
and those that point to them, change with it, as far as they have the type that it had.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from minimig.errors import StateError, nearest
from minimig.state.parts import ForeignKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlType


@dataclass(frozen=True)
class Place:
    """A column of a table, by their names; `books.author_id` in a file."""

    table: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


def followers(state: SchemaState, root: Place, among: Collection[Place] | None = None) -> tuple[Place, ...]:
    """The columns that follow `root`, the nearest first: all, or those that others of `among` lead to."""
    type_ = state[root.table].column(root.column).type
    found: dict[Place, None] = {root: None}
    waiting = [root]
    while waiting:
        target = waiting.pop(0)
        for place in pointing(state, target):
            alike = state[place.table].columns[place.column].type == type_
            if alike and place not in found and (among is None or place in among):
                found[place] = None
                waiting.append(place)
    return tuple(found)[1:]


def chosen(state: SchemaState, root: Place, names: Collection[str]) -> tuple[Place, ...]:
    """The followers of these names. Raises StateError for a name that is none of them."""
    known = {str(place): place for place in followers(state, root)}
    for name in names:
        if name not in known:
            raise StateError(
                f"{name} does not follow {root}: no foreign key leads from it there, or it is of another type",
                hint=nearest(name, known) or f"it could be: {', '.join(known)}" if known else "leave follow out",
            )
    return tuple(place for name, place in known.items() if name in names)


def with_type(state: SchemaState, place: Place, type_: SqlType) -> SchemaState:
    """The state with another type for one column."""

    def edit(table: TableState) -> TableState:
        return table.with_changed_column(replace(table.column(place.column), type=type_))

    return state.edited(place.table, edit)


def keys_between(state: SchemaState, places: Collection[Place]) -> Iterator[tuple[TableState, ForeignKeyState]]:
    """The foreign keys that tie these columns together, each with the table that holds it."""
    for target_table in dict.fromkeys(place.table for place in places):
        for table, key in state.references_to(target_table):
            if any(own in places and target in places for own, target in _pairs(table, key)):
                yield table, key


def pointing(state: SchemaState, target: Place) -> Iterator[Place]:
    """The columns that point to `target`, of whatever type."""
    for table, key in state.references_to(target.table):
        yield from (own for own, other in _pairs(table, key) if other == target and own.column in table.columns)


def _pairs(table: TableState, key: ForeignKeyState) -> Iterator[tuple[Place, Place]]:
    for own, other in zip(key.columns, key.target_columns, strict=True):
        yield Place(table.key, own), Place(key.target, other)
