"""What only a table that SQLAlchemy has built can tell: which column numbers itself, which CHECKs types bring along.

Building a table of SQLAlchemy's parts takes longer than spelling it, so it is done for the columns that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa

from minimig.dialects.spelling import Spelling
from minimig.state.parts import CheckState, ColumnState
from minimig.state.tables import TableState
from minimig.state.type_parts import may_bring_check
from minimig.state.values import SqlExpression


def numbers_itself(column: ColumnState, table: TableState, spelling: Spelling) -> bool:
    """Whether the database numbers a column of the primary key by itself, by SQLAlchemy's rules for `autoincrement`."""
    drawn = column.sequence is not None and spelling.dialect.supports_sequences
    if drawn or column.default is not None or column.computed is not None:
        return False
    built = spelling.built(_key_alone(table))
    return built.autoincrement_column is built.c[column.name]


def checks_of_types(table: TableState, spelling: Spelling) -> Iterator[CheckState]:
    """The CHECKs that types bring along (Enum, Boolean)."""
    if not any(may_bring_check(column.type) for column in table.columns.values()):
        return
    built = spelling.built(table)
    for column in built.columns:
        for check in spelling.type_checks(built, column.name):
            if isinstance(check, sa.CheckConstraint):
                yield CheckState(str(check.name), SqlExpression.of(check.sqltext))


def _key_alone(table: TableState) -> TableState:
    """The columns of the primary key, and of the foreign keys that speak of one: what numbering depends on."""
    key = table.primary_key.columns if table.primary_key else ()
    foreign = {each.name: each for each in table.foreign_keys if not set(key).isdisjoint(each.columns)}
    names = {*key, *(column for each in foreign.values() for column in each.columns)}
    columns = {name: column for name, column in table.columns.items() if name in names}
    return replace(table, columns=columns, constraints=foreign, indexes={}, options=())
