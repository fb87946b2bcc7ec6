"""Spell types, SQL and options as a database would report them: the part of a normalizer that is about text.

SQLAlchemy compiles each type and each expression anew, and ten thousand columns have few that differ: a text is made
once for all that share the object, and once for all types that are equal.
"""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from minimig.dialects.object_normalizer import ObjectNormalizer
from minimig.dialects.phrases import Phrases
from minimig.dialects.sqltext import canonical
from minimig.state.options import Pairs
from minimig.state.parts import Options
from minimig.state.values import Call, Reference, SqlExpression, SqlType


class TextNormalizer(ObjectNormalizer):
    """The spelling that most databases share."""

    ignored_options: ClassVar[frozenset[str]] = frozenset()
    """Dialect options of indexes and constraints that the database does not report, or that change nothing."""

    def __init__(self, dialect: sa.Dialect) -> None:
        super().__init__(dialect)
        self._types: dict[SqlType, Call] = {}
        self._phrases = Phrases()

    # --- types --------------------------------------------------------------------------------------------------------

    def column_type(self, type_: SqlType) -> Call:
        """A column's type as it is reported, which is but text. Many columns have few types."""
        return self._phrases.once("type", (type_.call,), lambda: self._reported_type(type_))

    def _reported_type(self, type_: SqlType) -> Call:
        """The same for types that are equal, not only one. A project's own may hide what it was called with."""
        if not type_.call.is_of("sqlalchemy", "minimig"):
            return Call(Reference("sql", self.type_text(type_.sa_type)))
        if type_ not in self._types:
            self._types[type_] = Call(Reference("sql", self.type_text(type_.sa_type)))
        return self._types[type_]

    def type_text(self, type_: TypeEngine[Any]) -> str:
        """A type as the database reports it."""
        try:
            return self.type_synonym(type_.compile(dialect=self.dialect), type_)
        except sa.exc.CompileError:
            return type(type_).__name__  # no table of this database can have it

    def type_synonym(self, text: str, type_: TypeEngine[Any]) -> str:
        """Another word for the same type."""
        return text

    # --- expressions and options --------------------------------------------------------------------------------------

    def expression(self, expression: SqlExpression) -> SqlExpression:
        """A CHECK, a computed column, an index element, a predicate."""
        return SqlExpression(self.tidied(self.compiled(expression)), expression.element)

    def compiled(self, expression: SqlExpression) -> str:
        """The SQL of an expression; tables share those that say the same, and SQLAlchemy compiles each."""
        if expression.element is None:
            return expression.text
        return self._phrases.once("sql", (expression.element,), lambda: expression.compile(self.dialect))

    def tidied(self, sql: str) -> str:
        """SQL text in one style."""
        return canonical(sql)

    def options(self, options: Options) -> Options:
        """Options of a constraint or index that this database knows and reports."""
        if not options:
            return ()
        prefix = f"{self.dialect.name}_"
        mine = ((k, self.option(v)) for k, v in options if k.startswith(prefix) and k not in self.ignored_options)
        return tuple(sorted((k, v) for k, v in mine if v not in (None, False, ())))

    def option(self, value: Any) -> Any:
        """One option's value."""
        if isinstance(value, SqlExpression):
            return self.expression(value)
        if isinstance(value, Pairs):
            return Pairs((k, self.option(str(v).lower() if isinstance(v, bool) else v)) for k, v in value)
        return tuple(self.option(v) for v in value) if isinstance(value, tuple) else value
