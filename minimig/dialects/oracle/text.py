"""A table as Oracle takes it: what it says otherwise, and what it cannot have.

Names without quotes are upper case there and SQLAlchemy quotes only those that need it, so `"price"` in SQL text would
be another column than `price`. There is no ON UPDATE, no RESTRICT (which NO ACTION, the default, does as well) and
before version 23 no boolean. The empty string is NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from minimig.dialects.rows import Row
from minimig.dialects.sqltext import truth
from minimig.errors import UnsupportedError
from minimig.state.expressions import requote
from minimig.state.parts import CheckState, ColumnState, ConstraintState, ForeignKeyState, IndexState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression

_NOTHING = ("NO ACTION", "RESTRICT")


def unquoted(sql: str, table: TableState, dialect: sa.Dialect) -> str:
    """SQL text in which column names have quotes only where SQLAlchemy writes them with quotes."""
    quote = dialect.identifier_preparer.quote
    return requote(sql, {name for name in table.columns if quote(name) == name}, "")


def spell(table: TableState, dialect: sa.Dialect) -> TableState:
    """The table, ready for SQLAlchemy's compiler. Raises UnsupportedError for what Oracle does not have."""

    def text(expression: SqlExpression) -> SqlExpression:
        if expression.element is not None and not isinstance(expression.element, sa.TextClause):
            return expression
        return SqlExpression(unquoted(expression.text, table, dialect))

    return replace(
        table,
        columns={name: _column(column, table, text, dialect) for name, column in table.columns.items()},
        constraints={name: _constraint(constraint, table, text) for name, constraint in table.constraints.items()},
        indexes={name: _index(index, text) for name, index in table.indexes.items()},
    )


def refuse_empty(value: str | None, column: ColumnState, table: TableState) -> None:
    """Raise UnsupportedError for an empty string as the value of rows that must not have NULL: Oracle stores NULL."""
    if value is not None and value.strip() == "''" and not column.nullable:
        raise UnsupportedError(
            f"rows of {table.key} cannot get '' for {column.name}: to Oracle that is NULL, and the column is NOT NULL",
            hint="give them another value, such as ' ', or let the column be nullable",
        )


def refuse_rows(table: TableState, rows: Sequence[Row]) -> None:
    """Raise UnsupportedError for rows that Oracle would refuse: '' in a NOT NULL column, numbers for an identity."""
    for name, column in table.columns.items():
        if column.identity is not None and column.identity.always and any(name in row for row in rows):
            raise UnsupportedError(
                f"{table.key}.{name} is GENERATED ALWAYS, and Oracle takes no number for it from a row",
                hint="leave it out of the rows, or make it sa.Identity(always=False)",
            )
        if any(row.get(name) == "" for row in rows):
            refuse_empty("''", column, table)


def _column(
    column: ColumnState, table: TableState, text: Callable[[SqlExpression], SqlExpression], dialect: sa.Dialect
) -> ColumnState:
    default = column.default and text(column.default)
    if default is not None and not dialect.supports_native_boolean and truth(default.text) != default.text:
        default = SqlExpression(truth(default.text))
    if column.computed is None:
        return replace(column, default=default)
    if column.computed.persisted:
        raise UnsupportedError(
            f"computed column {table.key}.{column.name} is to be stored, and Oracle only computes when it reads",
            hint="leave persisted out, or say persisted=False",
        )
    return replace(column, computed=replace(column.computed, expression=text(column.computed.expression)))


def _constraint(
    constraint: ConstraintState, table: TableState, text: Callable[[SqlExpression], SqlExpression]
) -> ConstraintState:
    if isinstance(constraint, CheckState):
        return replace(constraint, expression=text(constraint.expression))
    if not isinstance(constraint, ForeignKeyState):
        return constraint
    ondelete, onupdate = (_action(action) for action in (constraint.ondelete, constraint.onupdate))
    match = (constraint.match or "SIMPLE").upper()
    lacking = [
        words
        for words, lacks in (
            (f"ON UPDATE {onupdate}", onupdate is not None),
            (f"ON DELETE {ondelete}", ondelete == "SET DEFAULT"),
            (f"MATCH {match}", match != "SIMPLE"),
        )
        if lacks
    ]
    if lacking:
        raise UnsupportedError(
            f"foreign key {table.key}.{constraint.name} is {' '.join(lacking)}, which Oracle does not have",
            hint="leave it out; a trigger could do it, made by ops.RunSQL",
        )
    return replace(constraint, ondelete=ondelete, onupdate=None, match=None)


def _action(action: str | None) -> str | None:
    words = None if action is None else " ".join(action.upper().split())
    return None if words in _NOTHING else words


def _index(index: IndexState, text: Callable[[SqlExpression], SqlExpression]) -> IndexState:
    return replace(index, elements=tuple(e if isinstance(e, str) else text(e) for e in index.elements))
