"""What SQLAlchemy cannot compare, made comparable: column types and SQL expressions.

SQLAlchemy compares types and expressions by identity, and `repr` loses variants. Here each is wrapped together with a
key: a type's key is the call that would build it (`describing`), an expression's is its SQL text (`sql`). Two values
are equal when they would be written the same way in a revision file.

Django compares deconstructed fields (the same idea as `Call`); Alembic compares strings compiled for the live database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

from minimig.errors import StateError
from minimig.state.calls import Call, Reference
from minimig.state.compiling import compile_expression
from minimig.state.describing import describe_type
from minimig.state.sql import GENERIC, SqlExpression

__all__ = [
    "GENERIC",
    "Call",
    "Reference",
    "SqlExpression",
    "SqlType",
    "TypeArgument",
    "compile_expression",
    "describe_type",
]


def remembering(copy: TypeEngine[Any], original: TypeEngine[Any]) -> TypeEngine[Any]:
    """The copy, with what SQLAlchemy forgets when it copies MySQL's ENUM."""
    if isinstance(original, mysql.ENUM):
        vars(copy).update({name: getattr(original, name) for name in _FORGOTTEN})
    return copy


_FORGOTTEN = ("charset", "collation", "ascii", "unicode", "binary", "national")
"""What a copy of MySQL's ENUM does not have any more."""


@dataclass(frozen=True)
class SqlType:
    """A column type: the SQLAlchemy object, compared by the call that builds it."""

    sa_type: TypeEngine[Any] = field(compare=False, repr=False)
    call: Call = field(default=Call(Reference("sqlalchemy", "Null")))

    @classmethod
    def of(cls, type_: TypeEngine[Any] | type[TypeEngine[Any]] | SqlType) -> SqlType:
        """Wrap a SQLAlchemy type (an instance or a class). Raises StateError when it cannot be described."""
        if isinstance(type_, SqlType):
            return type_
        instance = type_() if isinstance(type_, type) else type_
        if isinstance(instance, sa.types.NullType):
            raise StateError("a column has no type", hint="give the column a type, for example sa.Integer")
        return cls(instance, describe_type(instance))

    def copy(self) -> TypeEngine[Any]:
        """The SQLAlchemy type for a new Column; types that listen to their table's events may not be shared."""
        if isinstance(self.sa_type, sa.types.SchemaType | TypeDecorator | sa.ARRAY):
            return remembering(self.sa_type.copy(), self.sa_type)
        return self.sa_type


TypeArgument = TypeEngine[Any] | type[TypeEngine[Any]] | SqlType
"""How a type may be given: an instance, a class, or wrapped already."""
