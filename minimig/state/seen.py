"""Which things of a schema are looked at: by name before they are read, by content afterwards.

In: states, and what a project answers. Out: the states without what does not count, so that no later step knows that it
was ever there. What is not kept on one side is gone from all of them: a thing that only one side shows would look as if
it had been dropped or added. (Alembic asks about each side alone, and its filters have to look for the other one.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from minimig.state.expressions import names_in
from minimig.state.objects import NamespaceState, TriggerState, kind_and_name
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of

Include = Callable[[str, str], bool]
"""`(kind, name)`: `("table", "shop.orders")`, `("schema", "shop")`, `("view", "best_sellers")`."""

Keep = Callable[[str, str, Any], bool]
"""`(kind, name, item)`: `("column", "users.email", ColumnState(...))`, `("index", "users.ix_users_email", ...)`."""

Thing = tuple[str, str]
"""A kind and a name. The name of what is in a table begins with the table's key and a dot."""

NAMESPACE, TRIGGER, TABLE = NamespaceState.kind, TriggerState.kind, "table"


def is_included(include: Include | None, key: str) -> bool:
    """Whether the table or object of this key counts: it, its schema and, of a trigger, its table are included."""
    if include is None:
        return True
    kind, name = kind_and_name(key)
    if not include(kind or TABLE, name):
        return False
    home = name.partition("(")[0].rpartition(".")[0]
    if kind == TRIGGER:
        return is_included(include, home)
    return not home or kind == NAMESPACE or include(NAMESPACE, home)


def included(include: Include | None, state: SchemaState) -> SchemaState:
    """The state without tables and objects that are not included. Foreign keys that point to such a table stay."""
    if include is None:
        return state
    return SchemaState(
        {key: table for key, table in state.tables.items() if is_included(include, key)},
        {key: item for key, item in state.objects.items() if is_included(include, key)},
    )


def kept(keep: Keep | None, *states: SchemaState) -> tuple[SchemaState, ...]:
    """The states without what `keep` answers for with False in any of them, and without what is made of that.

    With a column go the keys, constraints, indexes and computed columns of its table that speak of it; with its last
    column goes a table, and with a table its triggers. Foreign keys that point to it stay: they are of another table.
    """
    if keep is None:
        return states
    unseen = {thing for state in states for thing in _answered(keep, state)}
    if not unseen:
        return states
    tables = [table for state in states for table in state.tables.values()]
    while more := {thing for table in tables for thing in _along(table, unseen)} - unseen:
        unseen |= more
    return tuple(_without(state, unseen) for state in states)


def _answered(keep: Keep, state: SchemaState) -> Iterator[Thing]:
    """What is not kept of one state. Nothing is asked about the parts of a table that is not."""
    for key, table in state.tables.items():
        if not keep(TABLE, key, table):
            yield TABLE, key
        else:
            yield from ((kind, name) for kind, name, item in _parts(table) if not keep(kind, name, item))
    for key, item in state.objects.items():
        kind, name = kind_and_name(key)
        if not keep(kind, name, item):
            yield kind, name


def _parts(table: TableState) -> Iterator[tuple[str, str, Any]]:
    key = table.key
    if table.comment is not None:
        yield "comment", key, table.comment
    for column in table.columns.values():
        yield "column", f"{key}.{column.name}", column
        if column.comment is not None:
            yield "comment", f"{key}.{column.name}", column.comment
    for constraint in table.constraints.values():
        yield constraint.kind, f"{key}.{constraint.name}", constraint
    for index in table.indexes.values():
        yield "index", f"{key}.{index.name}", index


def _along(table: TableState, unseen: set[Thing]) -> Iterator[Thing]:
    """What goes together with columns of a table that are not seen."""
    key = table.key
    gone = {name for name in table.columns if ("column", f"{key}.{name}") in unseen}
    if not gone:
        return
    if gone == table.columns.keys():
        yield TABLE, key
    if table.primary_key is not None and not gone.isdisjoint(table.primary_key.columns):
        yield "primary_key", key
    for column in table.columns.values():
        if column.computed is not None and names_in(column.computed.expression.text, gone):
            yield "column", f"{key}.{column.name}"
    for constraint in table.constraints.values():
        if not gone.isdisjoint(columns_of(constraint, table)):
            yield constraint.kind, f"{key}.{constraint.name}"
    for index in table.indexes.values():
        if not gone.isdisjoint(columns_of(index, table)):
            yield "index", f"{key}.{index.name}"


def _without(state: SchemaState, unseen: set[Thing]) -> SchemaState:
    tables = {key: _table(table, unseen) for key, table in state.tables.items() if (TABLE, key) not in unseen}

    def is_seen(key: str) -> bool:
        kind, name = kind_and_name(key)
        return (kind, name) not in unseen and not (kind == TRIGGER and (TABLE, name.rpartition(".")[0]) in unseen)

    return SchemaState(tables, {key: item for key, item in state.objects.items() if is_seen(key)})


def _table(table: TableState, unseen: set[Thing]) -> TableState:
    key = table.key
    columns = {
        name: replace(column, comment=None) if ("comment", f"{key}.{name}") in unseen else column
        for name, column in table.columns.items()
        if ("column", f"{key}.{name}") not in unseen
    }
    changed = replace(
        table,
        columns=columns,
        primary_key=None if ("primary_key", key) in unseen else table.primary_key,
        constraints={n: c for n, c in table.constraints.items() if (c.kind, f"{key}.{n}") not in unseen},
        indexes={n: i for n, i in table.indexes.items() if ("index", f"{key}.{n}") not in unseen},
        comment=None if ("comment", key) in unseen else table.comment,
    )
    return table if changed == table else changed
