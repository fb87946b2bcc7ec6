"""Which rows an operation would stumble over: what of a change a database refuses for certain, and on which rows.

MySQL is not asked where it changes the rows instead of refusing; SQLite has no lengths.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.offenders import (
    Offenders,
    any_rows,
    breaking,
    duplicates,
    longer,
    orphans,
    out_of_range,
    rows_with_null,
)
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ConstraintState,
    ForeignKeyState,
    IndexState,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of

_MYSQL = ("mysql", "mariadb")
_WHOLE = ("_concurrently", "_include", "_tablespace", "_with", "_nulls_not_distinct")
"""Options of an index that let it cover all rows, by their equality."""

_BITS = {"small_integer": 16, "smallint": 16, "integer": 32, "big_integer": 64, "bigint": 64}


def offending(
    editor: SchemaEditor, before: SchemaState, key: str, constraint: ConstraintState | PrimaryKeyState
) -> tuple[Offenders, ...]:
    """Rows that break a constraint or key that is being added; one with options of a dialect is not looked into."""
    state = before[key]
    if constraint.options or not all(name in state.columns for name in getattr(constraint, "columns", ())):
        return ()
    table = editor.built(state)
    match constraint:
        case PrimaryKeyState():
            twice = duplicates(table, key, constraint.columns)
            numbers = editor.dialect.name in ("sqlite", *_MYSQL)  # such a key may give numbers to rows that have none
            return (twice,) if numbers else (rows_with_null(table, key, constraint.columns), twice)
        case UniqueState():
            return (duplicates(table, key, constraint.columns),)
        case ForeignKeyState() if constraint.match is None and constraint.target in before.tables:
            return (orphans(table, key, editor.built(before[constraint.target]), constraint),)
        case CheckState():
            return (breaking(table, key, constraint, columns_of(constraint, state)),)
    return ()


def twice_in_index(editor: SchemaEditor, before: TableState, index: IndexState) -> tuple[Offenders, ...]:
    """Values that stand twice where a unique index comes, unless it is over some of the rows, or over SQL."""
    mine = tuple(name for name, _ in index.options if name.startswith(editor.dialect.name))
    partial = any(not name.endswith(_WHOLE) for name in mine)
    plain = tuple(element for element in index.elements if isinstance(element, str))
    if not index.unique or partial or len(plain) < len(index.elements):
        return ()
    return (duplicates(editor.built(before), before.key, plain),)


def needing_a_value(editor: SchemaEditor, before: TableState, column: ColumnState) -> tuple[Offenders, ...]:
    """All rows there are, when a column comes that is NOT NULL and gives them nothing."""
    gives = column.nullable or column.default is not None or column.computed or column.identity or column.sequence
    if gives or column.autoincrement is True or editor.dialect.name in _MYSQL:
        return ()
    counting = editor.built(before.with_column(column)).autoincrement_column
    if counting is not None and counting.name == column.name:
        return ()
    return (any_rows(editor.built(before), before.key, column.name),)


def not_fitting(
    editor: SchemaEditor, before: TableState, column: ColumnState, *, filled: bool
) -> tuple[Offenders, ...]:
    """Rows whose value does not fit a column that changes."""
    return tuple(_not_fitting(editor, before, column, filled=filled))


def _not_fitting(editor: SchemaEditor, before: TableState, column: ColumnState, *, filled: bool) -> Iterator[Offenders]:
    old = before.columns.get(column.name)
    if old is None or old.computed is not None or column.computed is not None:
        return
    table = editor.built(before)
    if old.nullable and not column.nullable and not filled:
        hint = "give the operation a fill=... for these rows, or mend them; nothing was changed"
        yield rows_with_null(table, before.key, (column.name,), hint)
    if editor.dialect.name == "sqlite":
        return
    was, will = _type_on(editor, old), _type_on(editor, column)
    length, shorter = _length(was), _length(will)
    if length is not None and shorter is not None and shorter < length:
        yield longer(table, before.key, column.name, shorter)
    bits, fewer = _bits(was), _bits(will)
    if bits is not None and fewer is not None and fewer < bits:
        half: int = 2 ** (fewer - 1)
        yield out_of_range(table, before.key, column.name, -half, half - 1)


def _type_on(editor: SchemaEditor, column: ColumnState) -> TypeEngine[Any]:
    """The type of a column on this database; a type may have a variant for it."""
    type_ = column.type.sa_type
    return type_._variant_mapping.get(editor.dialect.name, type_)  # noqa: SLF001 - nothing public tells the variants


def _length(type_: TypeEngine[Any]) -> int | None:
    """The length of a VARCHAR; other texts are padded, cut or have none."""
    plain = isinstance(type_, sa.String) and not isinstance(type_, sa.Enum | sa.Text | sa.CHAR)
    return type_.length if plain and isinstance(type_, sa.String) else None


def _bits(type_: TypeEngine[Any]) -> int | None:
    """The size of an integer that has a sign; MySQL has others."""
    unsigned = getattr(type_, "unsigned", False)
    return None if unsigned else _BITS.get(type_.__visit_name__.lower())
