"""What an operation touches, as sets of keys; from it follow ordering, optimizing and merging.

A key is `(table, member)`: `("users", "")` is the table itself, `("users", "email")` a column, `("users", ":uq_email")`
a constraint or an index. Writing the table itself concerns all of its members; writing a member concerns that member
alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from minimig.state.objects import CustomState, FunctionState, mentioned_in
from minimig.state.parts import CheckState, ColumnState, ForeignKeyState, IndexState, PrimaryKeyState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression

Key = tuple[str, str]
Keys = frozenset[Key]


@dataclass(frozen=True)
class Footprint:
    """The keys an operation creates, drops, changes and reads. `everything` stands for all keys there are."""

    creates: Keys = frozenset()
    drops: Keys = frozenset()
    changes: Keys = frozenset()
    reads: Keys = frozenset()
    everything: bool = False

    @property
    def writes(self) -> Keys:
        return self.creates | self.drops | self.changes

    @property
    def touches(self) -> Keys:
        return self.writes | self.reads


EVERYTHING = Footprint(everything=True)


def commute(one: Footprint, other: Footprint) -> bool:
    """Whether two operations may change places: neither writes what the other touches."""
    if one.everything or other.everything:
        return False
    return not (_meet(one.writes, other.touches) or _meet(other.writes, one.touches))


def _meet(writes: Keys, touches: Keys) -> bool:
    if not writes.isdisjoint(touches):
        return True
    tables = {table for table, member in writes if not member}
    return any(table in tables for table, _ in touches)


def table(key: str) -> Key:
    """The key of a table itself."""
    return key, ""


def columns(key: str, names: Iterable[str]) -> Keys:
    """The keys of columns of a table."""
    return frozenset((key, name) for name in names)


def item(key: str, name: str) -> Key:
    """The key of a constraint or an index of a table."""
    return key, f":{name}"


def primary_key(key: str, primary: PrimaryKeyState | None) -> Keys:
    """The keys of a table's primary key: as such, and by its name, which no other table may have meanwhile."""
    if primary is None:
        return frozenset()
    return frozenset({item(key, ""), item(key, primary.name or "")})


def pointed_at(key: ForeignKeyState, schema: SchemaState) -> Keys:
    """What a foreign key needs in the table it points to: the columns, and the key or unique index over them."""
    target = schema.tables.get(key.target)
    needed = columns(key.target, key.target_columns) | {table(key.target)}
    if target is None:
        return needed
    return needed | {item(target.key, name) for name, over in unique_keys(target) if over == set(key.target_columns)}


def table_providers(state: TableState, schema: SchemaState) -> Keys:
    """The schema, sequences and functions that a table is built on, and whatever says that it provides."""
    if not schema.objects:
        return frozenset()
    checks = (c.expression for c in state.constraints.values() if isinstance(c, CheckState))
    elements = (element for i in state.indexes.values() for element in i.elements if isinstance(element, SqlExpression))
    texts = [expression.text for expression in (*checks, *elements)]
    own = frozenset({(f"schema {state.schema}", "")}) if f"schema {state.schema}" in schema.objects else frozenset()
    return own | _named(texts, schema) | column_providers(state.columns.values(), schema)


def column_providers(states: Collection[ColumnState], schema: SchemaState) -> Keys:
    """The sequences and functions that columns take their values from."""
    if not schema.objects:
        return frozenset()
    defaults = [column.default.text for column in states if column.default]
    return _named([*defaults, *(c.computed.expression.text for c in states if c.computed)], schema)


def sql_providers(parts: Iterable[object], schema: SchemaState) -> Keys:
    """The sequences and functions that a CHECK, the elements of an index, or options of either name."""
    if not schema.objects:
        return frozenset()
    return _named([part.text for part in parts if isinstance(part, SqlExpression)], schema)


def _named(texts: Iterable[str], schema: SchemaState) -> Keys:
    keys = [key for key, item in schema.objects.items() if item.provider or isinstance(item, FunctionState)]
    given = frozenset(
        (key, "") for key, item in schema.objects.items() if isinstance(item, CustomState) and item.provides
    )
    return given | {(key, "") for key in mentioned_in("\n".join(texts), keys)}


def unique_keys(state: TableState) -> tuple[tuple[str, frozenset[str]], ...]:
    """What makes rows unique: the primary key (its name is ""), unique constraints and indexes, with their columns."""
    found = [("", frozenset(state.primary_key.columns))] if state.primary_key else []
    found += [(c.name, frozenset(c.columns)) for c in state.constraints.values() if isinstance(c, UniqueState)]
    found += [(i.name, frozenset(_plain(i))) for i in state.indexes.values() if i.unique and _plain(i)]
    return tuple(found)


def _plain(index: IndexState) -> tuple[str, ...]:
    names = tuple(element for element in index.elements if isinstance(element, str))
    return names if len(names) == len(index.elements) else ()
