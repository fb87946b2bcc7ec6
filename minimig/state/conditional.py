"""Constraints and indexes that are made on some databases only: SQLAlchemy's `ddl_if(dialect=...)`.

The names of these dialects are an option of the constraint or index, so that files say it and comparing sees it. Before
anything is done or compared on one database, `on_dialect` leaves out what that database does not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import sqlalchemy as sa

from minimig.errors import UnsupportedError
from minimig.state.parts import DDL_IF, ConstraintState, IndexState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState

Item = TypeVar("Item", sa.Constraint, sa.Index)
Part = TypeVar("Part", bound=ConstraintState | IndexState)


def condition(item: sa.Constraint | sa.Index) -> dict[str, tuple[str, ...]]:
    """The option that a constraint or index gets for its `ddl_if`, if it has one.

    Raises UnsupportedError for a condition that only Python code can tell.
    """
    found: Any = getattr(item, "_ddl_if", None)  # SQLAlchemy has no public way to read it
    if found is None:
        return {}
    if found.callable_ is not None or found.dialect is None:
        raise UnsupportedError(
            f"a function decides whether {item.name} of table {getattr(item, 'table', None)} is made, and no revision"
            " file can hold that",
            hint='say on which databases it is made: .ddl_if(dialect="postgresql")',
        )
    return {DDL_IF: (found.dialect,) if isinstance(found.dialect, str) else tuple(sorted(found.dialect))}


def conditioned(item: Item, dialects: Any) -> Item:
    """A new constraint or index with its condition."""
    names: Any = dialects[0] if len(dialects or ()) == 1 else dialects  # the annotation knows one name only
    return item.ddl_if(dialect=names) if dialects else item


def on_dialect(state: SchemaState, dialect: str) -> SchemaState:
    """The schema without the constraints and indexes that this dialect lacks; `state` itself where it has all."""
    if not state.is_conditional:
        return state
    tables = {key: _table_on(table, dialect) for key, table in state.tables.items()}
    unchanged = all(tables[key] is table for key, table in state.tables.items())
    return state if unchanged else state.with_tables(tables)


def _table_on(table: TableState, dialect: str) -> TableState:
    constraints, indexes = _made(table.constraints, dialect), _made(table.indexes, dialect)
    if len(constraints) == len(table.constraints) and len(indexes) == len(table.indexes):
        return table
    return replace(table, constraints=constraints, indexes=indexes)


def _made(items: Mapping[str, Part], dialect: str) -> dict[str, Part]:
    return {name: item for name, item in items.items() if dialect in dict(item.options).get(DDL_IF, (dialect,))}
