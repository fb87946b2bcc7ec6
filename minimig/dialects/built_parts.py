"""What only a table that SQLAlchemy has built can tell: which column numbers itself, which CHECKs types bring along.

Building a table of SQLAlchemy's parts takes longer than spelling it, so it is done for the columns that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from minimig.dialects.excerpt import excerpt
from minimig.dialects.spelling import Spelling
from minimig.state.parts import CheckState, ColumnState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression


def numbers_itself(column: ColumnState, table: TableState, spelling: Spelling) -> bool:
    """Whether the database numbers a column of the primary key by itself, by SQLAlchemy's rules for `autoincrement`."""
    drawn = column.sequence is not None and spelling.dialect.supports_sequences
    if drawn or column.default is not None or column.computed is not None:
        return False

    def ask() -> bool:
        built = spelling.built(excerpt(table, [column.name]))
        return built.autoincrement_column is built.c[column.name]

    key = table.primary_key
    alone = key is not None and key.columns == (column.name,) and column.sequence is None
    if not alone or any(column.name in foreign.columns for foreign in table.foreign_keys):
        return ask()
    # Of a key of one column that points nowhere nothing else counts, and most tables have the same.
    return spelling.phrases.once(f"numbered, {column.autoincrement}", (column.type.call, column.identity), ask)


def checks_of_types(table: TableState, spelling: Spelling) -> Iterator[CheckState]:
    """The CHECKs that types bring along (Enum, Boolean)."""
    for column in table.columns:
        for check in spelling.checks_of_type(table, column):
            if isinstance(check, sa.CheckConstraint):
                yield CheckState(str(check.name), SqlExpression.of(check.sqltext))
