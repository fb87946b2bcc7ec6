"""Statements with their values inside them, for scripts that are run without parameters.

In: a SQLAlchemy statement, perhaps with parameters. Out: text that the database's own client takes. SQLAlchemy writes
most values itself; bytes it would write as text, so they are written here, in hexadecimal. A value that has no literal
is refused, never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import copy
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeDecorator, TypeEngine

from minimig.dialects.spelling import plain_dialect
from minimig.errors import UnsupportedError

_HEXADECIMAL = {"postgresql": "'\\x{}'::bytea", "mssql": "0x{}", "oracle": "HEXTORAW('{}')"}


def literal_dialect(dialect: sa.Dialect) -> sa.Dialect:
    """The same dialect, writing values as literals: what `inlined` is given."""
    literal: Any = copy(plain_dialect(dialect))
    literal.dbapi = None  # values are written for a reader of SQL, not wrapped for a driver
    base: Any = dialect.statement_compiler
    literal.statement_compiler = _literal_compiler(base)
    return literal  # type: ignore[no-any-return]


def inlined(statement: sa.ClauseElement, parameters: Mapping[str, Any] | None, dialect: sa.Dialect) -> str:
    """The text of a statement with its values. Raises UnsupportedError for a value that has no literal."""
    bound = _bound(statement, parameters or {})
    return str(bound.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


@cache
def _literal_compiler(base: Any) -> Any:
    """A statement compiler that also writes bytes, and says which value it cannot write."""

    class LiteralCompiler(base):  # type: ignore[misc]
        def render_literal_value(self, value: Any, type_: TypeEngine[Any]) -> str:
            try:
                value = _stored_bytes(value, type_, self.dialect)
                if isinstance(value, bytes):
                    return _HEXADECIMAL.get(self.dialect.name, "X'{}'").format(value.hex())
                if _is_finite(value):
                    return str(super().render_literal_value(value, type_))
            except (sa.exc.CompileError, NotImplementedError) as error:
                raise _no_literal(value, type_, self.dialect) from error
            raise _no_literal(value, type_, self.dialect)

    return LiteralCompiler


def _stored_bytes(value: Any, type_: TypeEngine[Any], dialect: sa.Dialect) -> Any:
    """What the database stores, where that is bytes; any other value as it is."""
    if not isinstance(value, bytes | bytearray | memoryview) and not isinstance(type_, TypeDecorator):
        return value
    process = type_.bind_processor(dialect)
    stored = process(value) if process else value
    return bytes(stored) if isinstance(stored, bytes | bytearray | memoryview) else value


def _is_finite(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()
    return not isinstance(value, float) or math.isfinite(value)


def _no_literal(value: Any, type_: TypeEngine[Any], dialect: sa.Dialect) -> UnsupportedError:
    text = repr(value)
    return UnsupportedError(
        f"the value {text if len(text) <= 60 else text[:57] + '...'} of type {type_!r} cannot be written into a script"
        f" for {dialect.name}",
        hint="write the value as SQL text, or run this step on a live connection",
    )


def _bound(clause: sa.ClauseElement, parameters: Mapping[str, Any]) -> sa.ClauseElement:
    """A statement together with its values. It may use some of them: the rest belongs to others of the same script."""

    def give(bind: sa.BindParameter[Any]) -> None:
        if bind.key in parameters:
            bind.value, bind.required = parameters[bind.key], False
            if isinstance(bind.type, sa.types.NullType):
                bind.type = sa.literal(bind.value).type

    if parameters and isinstance(clause, sa.Insert | sa.Update):
        binds = clause.compile(column_keys=list(parameters)).binds
        wanted = [name for name in parameters if name in clause.table.c and name in binds and binds[name].required]
        clause = clause.values({name: parameters[name] for name in wanted}) if wanted else clause
    given: sa.ClauseElement = visitors.cloned_traverse(clause, {}, {"bindparam": give})
    return given
