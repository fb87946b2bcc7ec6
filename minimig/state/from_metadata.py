"""The gate in: SQLAlchemy's MetaData, Table, Column, Constraint and Index become states.

Everything that a MetaData says about a schema goes through here: the models, what stands in revision files, and what is
reflected. Constraints without a name get one (`naming`), columns of the primary key are NOT NULL, and CHECKs that a
type brings along (Enum, Boolean) stay with the type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import sqlalchemy as sa

from minimig.errors import ModelsError, StateError, UnsupportedError
from minimig.state.declared import is_temporary, is_view
from minimig.state.from_items import (
    column_state,
    constraint_state,
    exact_name,
    index_state,
    plain_name,
    primary_key_state,
)
from minimig.state.from_objects import namespaces, objects_of
from minimig.state.objects import ObjectState
from minimig.state.options import freeze_options, given_options
from minimig.state.parts import ColumnState, ConstraintState, IndexState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlType

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def from_metadata(*metadata: sa.MetaData, keep: Callable[[str], bool] | None = None) -> SchemaState:
    """The state that one or several MetaData describe together: tables, and the objects declared beside them.

    Temporary tables and what stands for a view are no tables of a schema.
    Of all of them, or of those whose key `keep` lets through. The schemas that these are in are objects themselves.
    Raises ModelsError when two MetaData define one table or object, or when a table could not be created by any
    database.
    """
    tables: dict[str, TableState] = {}
    objects: dict[str, ObjectState] = {}
    for each in metadata:
        lasting = (t for t in each.tables.values() if not (is_view(t) or is_temporary(t)))
        for table in (t for t in lasting if keep is None or keep(t.key)):
            state = table_state(table)
            if state.key in tables:
                raise ModelsError(
                    f"table {state.key} is defined in two MetaData objects",
                    hint="name only one of them in metadata",
                )
            tables[state.key] = state
        for item in (o for o in objects_of(each, tables) if keep is None or keep(o.key)):
            if objects.get(item.key, item) != item:
                raise ModelsError(f"{item.key} is declared on two MetaData objects", hint="declare it on one of them")
            objects[item.key] = item
    for namespace in namespaces(tables.values(), objects.values()):
        if keep is None or keep(namespace.key):
            objects.setdefault(namespace.key, namespace)
    return SchemaState(tables, objects)


def table_state(table: sa.Table) -> TableState:
    """One table as a value. Raises ModelsError for what no database could create."""
    columns = {column.name: column for column in _columns(table)}
    if not columns:
        raise ModelsError(f"table {table.key} has no columns", hint="import the module that defines them")
    key = table.primary_key
    constraints: dict[str, ConstraintState] = {}
    for constraint in _constraints(table):
        _keep(constraints, constraint, table)
    indexes: dict[str, IndexState] = {}
    found = [_read(index_state, index, f"table {table.key}, index {index.name}") for index in table.indexes]
    for index in sorted(found, key=lambda i: i.name):
        _keep(indexes, index, table)
    given = tuple(table._prefixes)  # noqa: SLF001 - SQLAlchemy has no public way to read them
    prefixes = (("prefixes", given),) if given else ()
    return TableState(
        name=exact_name(table.name),
        schema=plain_name(table.schema),
        columns=columns,
        primary_key=primary_key_state(key) if len(key.columns) else None,
        constraints=constraints,
        indexes=indexes,
        comment=table.comment or None,
        options=tuple(sorted([*freeze_options(given_options(table)), *prefixes])),
    )


def _columns(table: sa.Table) -> Iterator[ColumnState]:
    """The columns. A naming convention names the CHECKs of types, too, and a state keeps those names in the type."""
    checks = [c for c in table.constraints if getattr(c, "_type_bound", False) and isinstance(c.name, str)]
    names = {column.name: str(c.name) for c in checks for column in getattr(c, "columns", ())}
    for column in table.columns:
        if not column.system:
            state = _read(column_state, column, f"column {column}")
            named = _with_check_name(state.type, names[column.name]) if column.name in names else state.type
            yield state if named is state.type else replace(state, type=named)


def _with_check_name(type_: SqlType, name: str) -> SqlType:
    """The type by the name of its CHECK, where it has one and its own name is nothing else."""
    found = type_.sa_type
    checks_only = type(found) is sa.Boolean or (type(found) is sa.Enum and not found.native_enum)
    if not checks_only or type_.call.variants or getattr(found, "name", None) in (None, name):
        return type_
    made = type_.copy()
    vars(made)["name"] = name
    return SqlType.of(made)


def _constraints(table: sa.Table) -> Iterator[ConstraintState]:
    """The table's constraints in a stable order: SQLAlchemy keeps them in a set."""
    # A CHECK written inside a Column belongs to the column alone as far as SQLAlchemy is concerned.
    on_columns = [c for column in table.columns for c in column.constraints]
    names = [column.name for column in table.columns]
    found = [
        _read(lambda each: constraint_state(each, str(table.name), names), c, f"table {table.key}, {_words(c)}")
        for c in [*table.constraints, *on_columns]
        if not isinstance(c, sa.PrimaryKeyConstraint) and not getattr(c, "_type_bound", False)
    ]
    yield from sorted(found, key=lambda c: (type(c).__name__, c.name))


def _words(constraint: sa.Constraint) -> str:
    name = constraint.name if isinstance(constraint.name, str) else "without a name"
    return f"{type(constraint).__name__} {name}"


def _read(read: Callable[[_In], _Out], item: _In, place: str) -> _Out:
    """What `read` makes of a part of a table; an error that does not know where it happened is told."""
    try:
        return read(item)
    except (StateError, UnsupportedError) as error:
        if error.where:
            raise
        raise error.at(place) from error


def _keep(items: dict[str, Any], item: Any, table: sa.Table) -> None:
    if items.get(item.name, item) != item:
        raise ModelsError(f"table {table.key} has two different constraints or indexes called {item.name!r}")
    items[item.name] = item
