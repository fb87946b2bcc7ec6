"""Pieces of SQL, made comparable: server defaults, CHECKs, index expressions.

SQLAlchemy compares expressions by identity. Here each is wrapped together with its generic SQL text: that is what it is
compared by and what a revision file holds. The SQLAlchemy object is carried along, because only it can be compiled for
a dialect.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators, visitors

from minimig.errors import StateError
from minimig.state.compiling import compile_expression, plain_sql, why_not
from minimig.state.expressions import spell_like
from minimig.state.generic import GenericDialect

GENERIC = GenericDialect(paramstyle="named")
"""The dialect that SQL text is spelled in while no database is meant."""

_CONSTANT: frozenset[type[Any]] = frozenset(
    [type(sa.true()), type(sa.false()), type(sa.null()), sa.sql.functions.now, sa.sql.functions.current_timestamp]
)
"""Expressions that are always the same one, and the default of many columns."""


@dataclass(frozen=True)
class SqlExpression:
    """A piece of SQL: a server default, a CHECK, an index expression. Compared by its generic text."""

    text: str
    element: sa.ClauseElement | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, value: str | sa.ClauseElement | SqlExpression) -> SqlExpression:
        """Wrap SQL text or a SQLAlchemy expression. A `str` is SQL here, not a string literal: see `literal`."""
        if isinstance(value, SqlExpression):
            return value
        if isinstance(value, str):
            return cls(value)
        if type(value) is sa.TextClause and not value._bindparams:  # noqa: SLF001 - nothing public tells of parameters
            return cls._of_text(value.text)
        kind: Any = type(value)
        if kind in _CONSTANT and not len(getattr(value, "clauses", ())):
            return cls._of_constant(kind)
        return cls._of_element(value)

    @classmethod
    def _of_element(cls, value: sa.ClauseElement) -> SqlExpression:
        _check_portable(value)
        detached: Any = visitors.replacement_traverse(value, {}, _without_table)
        try:
            text = plain_sql(detached, GENERIC)
        except (sa.exc.CompileError, NotImplementedError) as error:
            what = f"this expression has no plain SQL: {why_not(error)}"
            raise StateError(what, hint="write it as sa.text(...)") from error
        return cls(text, detached)

    @classmethod
    @lru_cache(maxsize=1024)  # a thousand tables have few defaults that differ, and SQLAlchemy compiles each
    def literal(cls, value: str) -> SqlExpression:
        """A string as a SQL literal: what SQLAlchemy makes of `server_default="draft"`."""
        return cls.of(sa.literal(value, sa.String()))

    @classmethod
    @lru_cache(maxsize=4096)
    def _of_text(cls, text: str) -> SqlExpression:
        return cls._of_element(sa.text(text))

    @classmethod
    @cache
    def _of_constant(cls, kind: Any) -> SqlExpression:
        return cls._of_element(kind())

    def spelled_like(self, names: Collection[str]) -> SqlExpression:
        """The same expression with the names in its text spelled as the columns are."""
        text = spell_like(self.text, names)
        return self if text == self.text else SqlExpression(text, self.element)

    def compile(self, dialect: sa.Dialect) -> str:
        """The SQL of this expression on one dialect."""
        return self.text if self.element is None else compile_expression(self.element, dialect)


def _check_portable(element: Any) -> None:
    """Refuse what text could not repeat: open parameters, and what each database spells in a way of its own."""
    for part in visitors.iterate(element):
        if getattr(part, "operator", None) is operators.match_op:
            raise StateError("match() is spelled differently by each database", hint="write it as sa.text(...)")
        if isinstance(part, sa.sql.functions.next_value) and part is not element:
            raise StateError(f"{part} is spelled differently by each database", hint="write it as sa.text(...)")
        if isinstance(part, sa.BindParameter) and part.required:
            raise StateError(
                f"SQL text {str(element)!r} has a parameter :{part.key}, and DDL takes none",
                hint="if the colon stands for itself, write it as \\:",
            )


def _without_table(element: Any, **_: Any) -> Any:
    """A state must not hold on to the user's tables, nor attach constraints to them."""
    return sa.column(element.name, element.type) if isinstance(element, sa.Column) else None
