"""Columns that appear, disappear or change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import sqlalchemy as sa

from minimig.autogenerate.families import family
from minimig.autogenerate.pairs import TablePair
from minimig.autogenerate.questioner import Questioner, Reason
from minimig.operations.alter_column import alter_column
from minimig.operations.base import Operation
from minimig.operations.columns import AddColumn, DropColumn
from minimig.state.options import former_options
from minimig.state.parts import ColumnState
from minimig.state.tables import TableState


def dropped(pair: TablePair, _: Questioner) -> Iterator[Operation]:
    """Columns that do not stay, among them computed columns that are computed in another way now."""
    if pair.both is not None:
        old = pair.both[0]
        yield from (DropColumn(old.name, name, schema=old.schema) for name in sorted(pair.columns))


def added(pair: TablePair, questioner: Questioner) -> Iterator[Operation]:
    """New columns, in the order of the new table; for rows that exist already a value is asked where one is needed."""
    if pair.both is None:
        return
    old, new = pair.both
    for name, column in new.columns.items():
        if name not in old.columns or name in pair.columns:
            fill = questioner.fill(new, column, Reason.ADDED) if _needs_value(new, column) else None
            yield AddColumn(new.name, column, fill=fill, schema=new.schema)


def altered(pair: TablePair, questioner: Questioner) -> Iterator[Operation]:
    """Columns that stay: only what differs."""
    if pair.both is None:
        return
    old, new = pair.both
    for name, column in new.columns.items():
        before = old.columns.get(name)
        if before is None or before == column or name in pair.columns:
            continue
        changes = {f.name: getattr(column, f.name) for f in fields(column) if _differs(f.name, before, column)}
        changes.pop("options", None)
        options = former_options(column.options, tuple(set(before.options) ^ set(column.options)))
        tighter = before.nullable and not column.nullable and column.computed is None
        fill = questioner.fill(new, column, Reason.NOT_NULL) if tighter else None
        yield alter_column(new.name, name, changes, fill=fill, schema=new.schema, options=options)


def _differs(field: str, before: ColumnState, after: ColumnState) -> bool:
    return bool(getattr(before, field) != getattr(after, field))


def _needs_value(table: TableState, column: ColumnState) -> bool:
    """Whether a row that exists already would have nothing to put into a new column."""
    by_itself = column.default or column.computed or column.identity or _counts_up(table, column)
    return not column.nullable and not by_itself


def _counts_up(table: TableState, column: ColumnState) -> bool:
    """Whether the database numbers the column: SQLAlchemy's rule for an integer that alone is the primary key."""
    if column.sequence is not None:
        return False  # SQLAlchemy draws the number, and not for rows that exist
    if column.autoincrement is True:
        return True
    alone = table.primary_key is not None and table.primary_key.columns == (column.name,)
    points = any(column.name in key.columns for key in table.foreign_keys)
    return alone and family(column.type) is sa.Integer and not points and column.autoincrement == "auto"
