"""A table's SQL text as MySQL and MariaDB read it.

States keep text in standard SQL, where double quotes stand around names. MySQL reads those as strings, so the names are
quoted by backticks; and it wants an index expression in parentheses. SQLAlchemy expressions need none of this: their
compiler spells them for the dialect.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping

from minimig.dialects.sqltext import is_expression
from minimig.errors import UnsupportedError
from minimig.state.definition import Definition
from minimig.state.expressions import is_constant, requote
from minimig.state.parts import CheckState, ColumnState, ConstraintState, ForeignKeyState, IndexState
from minimig.state.tables import TableState
from minimig.state.to_metadata import escape_colons
from minimig.state.values import SqlExpression

_LITERAL = re.compile(r"`(?:[^`]|``)*`|\"(?:[^\"]|\"\")*\"|'((?:[^'\\]|''|\\.)*)'", re.DOTALL)
_ESCAPED = re.compile(r"''|\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "b": "\b", "Z": "\x1a", "%": "\\%", "_": "\\_"}

Respell = Callable[[SqlExpression], SqlExpression]


def spell(table: TableState, *, mariadb: bool) -> TableState:
    """The table, ready for SQLAlchemy's MySQL compiler.

    Raises UnsupportedError for foreign keys with MATCH FULL or PARTIAL, and for DESC beside a length.
    """

    def text(expression: SqlExpression) -> SqlExpression:
        if expression.element is not None and not isinstance(expression.element, sa.TextClause):
            return expression
        return SqlExpression(requote_names(expression.text, table))

    return replace(
        table,
        columns={name: _column(column, text, mariadb=mariadb) for name, column in table.columns.items()},
        primary_key=table.primary_key and replace(table.primary_key, deferrable=None, initially=None),
        constraints={name: _constraint(constraint, text, table) for name, constraint in table.constraints.items()},
        indexes={name: _index(index, text, table) for name, index in table.indexes.items()},
        options=tuple((k, str(int(v)) if k != "info" and isinstance(v, int) else v) for k, v in table.options),
    )


def with_expression_defaults(table: TableState, dialect: sa.Dialect) -> TableState:
    """The table with constant defaults of long columns in parentheses.

    MySQL takes no literal there, but an expression (MySQL manual, "Data Type Default Values"); MariaDB takes both.
    """
    long = {
        name: replace(column, default=_in_parentheses(column.default))
        for name, column in table.columns.items()
        if column.default is not None and is_long(column.type.sa_type.compile(dialect=dialect))
    }
    return replace(table, columns={**table.columns, **long}) if long else table


def is_long(type_: str) -> bool:
    """Whether a type, by its text, is stored beside the row: MySQL has rules of their own for those."""
    return any(word in type_.upper() for word in ("TEXT", "BLOB", "JSON"))


def requote_names(sql: str, table: TableState) -> str:
    """SQL text with the table's column names in backticks instead of double quotes."""
    return requote(sql, {*table.columns, table.name}, "`")


def unescaped(text: str) -> str:
    """The value of a string literal, given what stands between its quotes (MySQL manual, "String Literals")."""
    return _ESCAPED.sub(lambda m: _ESCAPES.get(m[1], m[1]) if m[1] else "'", text)


def plain_strings(sql: str) -> str:
    """SQL text whose strings are all written in one way: quotes and backslashes doubled, all else as it is."""

    def respelled(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        return "'" + unescaped(match[1]).replace("\\", "\\\\").replace("'", "''") + "'"

    return _LITERAL.sub(respelled, sql)


def _in_parentheses(default: SqlExpression) -> SqlExpression:
    """A default as an expression, which it is not when it is a plain number or string."""
    if not is_constant(default.text):
        return default
    element: Any = sa.text(escape_colons(default.text)) if default.element is None else default.element
    return SqlExpression(f"({default.text})", Grouping(element))


def object_text(definition: Definition, dialect: str) -> str | None:
    """The SQL of an object; a text that is for all databases has double quotes around names."""
    text = definition.on(dialect)
    return requote(text, None, "`") if text is not None and definition.is_generic(dialect) else text


def _column(column: ColumnState, text: Respell, *, mariadb: bool) -> ColumnState:
    computed = column.computed and replace(column.computed, expression=text(column.computed.expression))
    # MariaDB does not take NOT NULL on a computed column (MariaDB manual, Generated Columns).
    nullable = column.nullable or (computed is not None and mariadb)
    return replace(column, computed=computed, nullable=nullable, default=column.default and text(column.default))


def _constraint(constraint: ConstraintState, text: Respell, table: TableState) -> ConstraintState:
    if isinstance(constraint, CheckState):
        return replace(constraint, expression=text(constraint.expression))
    if isinstance(constraint, ForeignKeyState):
        if (constraint.match or "SIMPLE").upper() != "SIMPLE":
            raise UnsupportedError(
                f"foreign key {table.key}.{constraint.name} is MATCH {constraint.match}, "
                "which MySQL and MariaDB do not have",
                hint="leave match out",
            )
        return replace(constraint, match=None, deferrable=None, initially=None)  # never deferred here
    return replace(constraint, deferrable=None, initially=None)


def _index(index: IndexState, text: Respell, table: TableState) -> IndexState:
    if any(key.endswith("_length") for key, _ in index.options) and not all(isinstance(e, str) for e in index.elements):
        raise UnsupportedError(
            f"index {index.name} of table {table.key} has a column that is no plain one, and a length besides, which"
            " SQLAlchemy cannot write",
            hint="leave out DESC, or the length",
        )
    return replace(
        index,
        elements=tuple(_element(element, text) for element in index.elements),
        options=tuple((key, _option(value, text)) for key, value in index.options),
    )


def _element(element: str | SqlExpression, text: Respell) -> str | SqlExpression:
    if isinstance(element, str):
        return element
    spelled = text(element)
    if spelled.element is None and is_expression(element):
        return SqlExpression(f"({spelled.text})")
    return spelled


def _option(value: Any, text: Respell) -> Any:
    return text(value) if isinstance(value, SqlExpression) else value


def computed_text(column: ColumnState) -> str:
    """The expression of a computed column; nothing for another one."""
    return column.computed.expression.text if column.computed else ""
