"""As much of a table as a compiler has to see: building the whole of a wide one for one column takes long.

In: a table and the columns that are spoken of. Out: a table with no more than these, its key and where they point, from
which SQLAlchemy's compilers make the same text. Of a type it is told whether it can bring a CHECK along at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.sql.base import SchemaEventTarget
from sqlalchemy.types import TypeEngine

from minimig.state.options import columns_in
from minimig.state.parts import ColumnState, ConstraintState, ForeignKeyState, IndexState, UniqueState
from minimig.state.tables import TableState
from minimig.state.values import SqlType


def excerpt(table: TableState, columns: Collection[str]) -> TableState:
    """The table with these columns and the foreign keys of all; with its key and what that carries for one of the key.

    A column of the key numbers itself or not by its type, by the key's other columns, and by where it points. One that
    is computed may speak of any column.
    """
    if any(table.columns[name].computed is not None for name in columns if name in table.columns):
        return table
    key = table.primary_key
    names = set(columns)
    if key is not None and names.intersection(key.columns):
        names.update(key.columns, columns_in(key.options, table.columns))
    else:
        key = None
    keys = {each.name: each for each in table.foreign_keys if names.intersection(each.columns)}
    names.update(name for each in keys.values() for name in _spoken_of(each, table))
    if len(names) == len(table.columns) and len(keys) == len(table.constraints) and not table.indexes:
        return table
    kept = {name: column for name, column in table.columns.items() if name in names}
    return replace(table, columns=kept, primary_key=key, constraints=keys, indexes={})


def excerpt_for(
    cut: Callable[[TableState, Collection[str]], TableState], table: TableState, item: ConstraintState | IndexState
) -> TableState:
    """The table with one of its constraints or indexes and what that speaks of, cut out by `excerpt` or the like.

    All of it where the item speaks of more than columns.
    """
    match item:
        case UniqueState() | ForeignKeyState() if not item.options:
            part = cut(table, _spoken_of(item, table))
            return replace(part, constraints={**part.constraints, item.name: item})
        case IndexState() if not item.options and all(isinstance(element, str) for element in item.elements):
            part = cut(table, [element for element in item.elements if isinstance(element, str)])
            return replace(part, indexes={**part.indexes, item.name: item})
    return table


def _spoken_of(item: UniqueState | ForeignKeyState, table: TableState) -> tuple[str, ...]:
    """Its columns, and those that a key to the table itself points to."""
    if isinstance(item, ForeignKeyState) and item.target == table.key:
        return (*item.columns, *item.target_columns)
    return item.columns


def parts_of(table: TableState) -> tuple[object, ...]:
    """All that a table is made of. Two that share each of these objects are the same, however they came about."""
    items = (*table.columns.values(), *table.constraints.values(), *table.indexes.values())
    return table.name, table.schema, table.primary_key, table.comment, table.options, *items


def holding(table: TableState, column: ColumnState) -> TableState:
    """The table with this column, in place of one of the same name or behind the others."""
    if table.columns.get(column.name) is column:
        return table
    return replace(table, columns={**table.columns, column.name: column})


def brings_checks(type_: SqlType) -> bool:
    """Whether a CHECK may come with a type. SQLAlchemy's own Enum and Boolean only make one when they are told to."""
    variants = type_.sa_type._variant_mapping  # noqa: SLF001 - nothing public tells the variants
    return _listens(type_.sa_type) or any(map(_listens, variants.values()))


def _listens(type_: TypeEngine[object]) -> bool:
    if isinstance(type_, sa.Enum | sa.Boolean) and type(type_).__module__.startswith("sqlalchemy."):
        return bool(type_.create_constraint)
    return isinstance(type_, SchemaEventTarget)
