"""A table as SQL Server takes it: what it says otherwise, and what it cannot have.

It has no `true` and `false`, no RESTRICT (NO ACTION does the same: nothing is deferred) and no index over an
expression. Double quotes around names are read as the standard says while QUOTED_IDENTIFIER is on, which is how drivers
set it and how our scripts begin.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from minimig.dialects.sqltext import is_expression, truth
from minimig.errors import UnsupportedError
from minimig.state.expressions import string_value
from minimig.state.parts import CheckState, ColumnState, ConstraintState, ForeignKeyState, IndexState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression


def spell(table: TableState) -> TableState:
    """The table, ready for SQLAlchemy's compiler. Raises UnsupportedError for MATCH FULL and PARTIAL."""
    return replace(
        table,
        columns={name: _column(column) for name, column in table.columns.items()},
        constraints={name: _constraint(constraint, table) for name, constraint in table.constraints.items()},
    )


def refuse_expressions(indexes: Iterable[IndexState], table: TableState) -> None:
    """Raise UnsupportedError for an index over more than columns."""
    for index in indexes:
        if any(is_expression(element) for element in index.elements):
            raise UnsupportedError(
                f"index {index.name} of table {table.key} is over an expression, which SQL Server cannot do",
                hint="add a computed column and index that",
            )


def _column(column: ColumnState) -> ColumnState:
    default = column.default
    if default is None:
        return column
    text = truth(default.text)
    if string_value(text) is not None and not text.isascii():
        text = f"N{text}"  # without the N only signs of the database's code page arrive
    return column if text == default.text else replace(column, default=SqlExpression(text))


def _constraint(constraint: ConstraintState, table: TableState) -> ConstraintState:
    if isinstance(constraint, CheckState):
        return constraint
    if not isinstance(constraint, ForeignKeyState):
        return replace(constraint, deferrable=None, initially=None)
    if (constraint.match or "SIMPLE").upper() != "SIMPLE":
        raise UnsupportedError(
            f"foreign key {table.key}.{constraint.name} is MATCH {constraint.match}, which SQL Server does not have",
            hint="leave match out",
        )
    ondelete, onupdate = (_action(action) for action in (constraint.ondelete, constraint.onupdate))
    return replace(constraint, match=None, deferrable=None, initially=None, ondelete=ondelete, onupdate=onupdate)


def _action(action: str | None) -> str | None:
    return None if action is not None and action.upper() == "RESTRICT" else action
