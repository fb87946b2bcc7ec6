"""What an operation touches, as sets of keys; from it follow ordering, optimizing and merging.

A key is `(table, member)`: `("users", "")` is the table itself, `("users", "email")` a column, `("users", ":uq_email")`
a constraint or an index. Writing the table itself concerns all of its members; writing a member concerns that member
alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from minimig.state.named_types import TypeName, named_types_in
from minimig.state.objects import CustomState, ExtensionState, FunctionState, mentioned_in
from minimig.state.parts import CheckState, ColumnState, ForeignKeyState, IndexState, PrimaryKeyState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.type_parts import collations_of_type, schemas_of_type
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

    def __or__(self, other: Footprint) -> Footprint:
        """A footprint that touches all that either touches."""
        return Footprint(
            creates=self.creates | other.creates,
            drops=self.drops | other.drops,
            changes=self.changes | other.changes,
            reads=self.reads | other.reads,
            everything=self.everything or other.everything,
        )


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


def named_type(name: TypeName) -> Key:
    """The key of an enum or a domain, which belongs to no table."""
    return "", f"type {name}"


def types_of(columns: Iterable[ColumnState]) -> Keys:
    """The keys of the enums and domains that columns use."""
    return frozenset(named_type(used.name) for column in columns for used in named_types_in(column.type))


def primary_key(key: str, primary: PrimaryKeyState | None) -> Keys:
    """The keys of a table's primary key: as such, and by its name, which no other table may have meanwhile."""
    if primary is None:
        return frozenset()
    return frozenset({item(key, ""), item(key, primary.name or "")})


def pointed_at(key: ForeignKeyState, schema: SchemaState) -> Keys:
    """What a foreign key needs in the table it points to: the columns, and the key or unique index over them.

    Where there is no primary key, that there is none: a key added after one was dropped is not to come before.
    """
    target = schema.tables.get(key.target)
    needed = columns(key.target, key.target_columns) | {table(key.target)}
    if target is None:
        return needed
    if target.primary_key is None:
        needed |= {item(target.key, "")}
    return needed | {item(target.key, name) for name, over in unique_keys(target) if over == set(key.target_columns)}


def table_providers(state: TableState, schema: SchemaState) -> Keys:
    """What a table is built on: types, schemas, extensions, collations, sequences, functions, what says it provides."""
    if not schema.objects:
        return types_of(state.columns.values())
    checks = (c.expression for c in state.constraints.values() if isinstance(c, CheckState))
    elements = (element for i in state.indexes.values() for element in i.elements if isinstance(element, SqlExpression))
    texts = [expression.text for expression in (*checks, *elements)]
    own = _there([f"schema {state.schema}"], schema)
    return own | _named(texts, schema) | column_providers(state.columns.values(), schema)


def column_providers(states: Collection[ColumnState], schema: SchemaState) -> Keys:
    """The sequences and functions that columns take their values from, their types and what those are built on.

    Extensions count as used by all columns: nothing tells which types, functions and operators an extension brings.
    """
    if not schema.objects:
        return types_of(states)
    defaults = [column.default.text for column in states if column.default]
    collations = [name for column in states for name in collations_of_type(column.type)]
    texts = [*defaults, *collations, *(c.computed.expression.text for c in states if c.computed)]
    keys = [f"sequence {column.sequence}" for column in states if column.sequence]
    keys += [f"schema {name}" for column in states for name in schemas_of_type(column.type)]
    keys += [key for key, item in schema.objects.items() if isinstance(item, ExtensionState)]
    return types_of(states) | _named(texts, schema) | _there(keys, schema)


def _there(keys: Iterable[str], schema: SchemaState) -> Keys:
    return frozenset((key, "") for key in keys if key in schema.objects)


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
