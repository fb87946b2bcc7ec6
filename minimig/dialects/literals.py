"""Statements with their values inside them, for scripts that are run without parameters.

In: a SQLAlchemy statement, perhaps with parameters. Out: text that the database's own client takes. SQLAlchemy writes
most values itself; it has no literals for JSON and emulated intervals, and would write bytes as if they were text, so
these are written here. A value that has no literal is refused, never guessed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeDecorator, TypeEngine

from minimig.dialects.mssql.batches import with_backslashes
from minimig.dialects.oracle.literal import text_literal
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


class RowText:
    """INSERT of one row after the other, as `inlined` writes each; what stands around the values is compiled once."""

    def __init__(self, table: sa.Table, names: Iterable[str], dialect: sa.Dialect) -> None:
        """`dialect` writes values as literals; each row will have the columns of these names."""
        marks: dict[str, Any] = {name: sa.literal_column(f"{_MARK}{name}{_MARK}") for name in names}
        self._pieces = str(table.insert().inline().values(marks).compile(dialect=dialect)).split(_MARK)
        self._types = {name: table.c[name].type for name in marks}
        self._compiler: Any = dialect.statement_compiler(dialect, None)

    def of(self, row: Mapping[str, Any]) -> str:
        """The statement for one row. Raises UnsupportedError for a value that has no literal."""
        said = [self._literal(each, row[each]) if place % 2 else each for place, each in enumerate(self._pieces)]
        return "".join(said)

    def _literal(self, name: str, value: Any) -> str:
        return "NULL" if value is None else str(self._compiler.render_literal_value(value, self._types[name]))


_MARK = "\0"  # in no name, and in no SQL


@cache
def _literal_compiler(base: Any) -> Any:
    """A statement compiler that also writes bytes, and says which value it cannot write."""

    class LiteralCompiler(base):  # type: ignore[misc]
        def render_literal_value(self, value: Any, type_: TypeEngine[Any]) -> str:
            plain, plain_type = _unwrapped(value, type_, self.dialect)
            try:
                if isinstance(plain, bytes | bytearray | memoryview):
                    return _HEXADECIMAL.get(self.dialect.name, "X'{}'").format(bytes(plain).hex())
                if isinstance(plain_type, sa.JSON):
                    text = str(super().render_literal_value(_json(plain, self.dialect), sa.String()))
                    postgresql = self.dialect.name == "postgresql"  # the others take a text for what it holds
                    return f"CAST({text} AS {plain_type.compile(self.dialect)})" if postgresql else text
                if _is_finite(plain):
                    return _for_client(str(super().render_literal_value(plain, plain_type)), plain, self.dialect)
            except (sa.exc.CompileError, NotImplementedError) as error:
                raise _no_literal(value, type_, self.dialect) from error
            raise _no_literal(value, type_, self.dialect)

    return LiteralCompiler


def _for_client(literal: str, value: Any, dialect: sa.Dialect) -> str:
    """A text in the form that the database and its client take for what it is."""
    if not isinstance(value, str) or not literal.endswith("'"):
        return literal
    if dialect.name == "oracle":
        return text_literal(value)
    return with_backslashes(literal) if dialect.name == "mssql" else literal


def _unwrapped(value: Any, type_: TypeEngine[Any], dialect: sa.Dialect) -> tuple[Any, TypeEngine[Any]]:
    """What a type of the project's own stores, and as what; an interval is a date since 1970 for most databases."""
    if isinstance(type_, sa.Interval):
        emulated = isinstance(type_.dialect_impl(dialect), sa.Interval)
        return (sa.Interval.epoch + value, sa.DateTime()) if emulated else (value, type_)
    while isinstance(type_, TypeDecorator):
        cls: Any = type(type_)
        if cls.process_literal_param is not TypeDecorator.process_literal_param:
            return value, type_  # it says itself how it is written
        if cls.process_bind_param is not TypeDecorator.process_bind_param:
            value = type_.process_bind_param(value, dialect)
        type_ = type_.type_engine(dialect)
    if isinstance(value, str) and not isinstance(type_, sa.JSON) and _without_literal(type_, dialect):
        return value, sa.String()  # an address, a range: in the spelling that the database reads
    if isinstance(value, datetime | time) and dialect.name in ("mysql", "mariadb"):
        value = value.replace(tzinfo=None)  # as their drivers send it: MariaDB reads no time zone
    return value, type_


def _without_literal(type_: TypeEngine[Any], dialect: sa.Dialect) -> bool:
    return type_.dialect_impl(dialect).literal_processor(dialect) is None


def _json(value: Any, dialect: sa.Dialect) -> str:
    serializer = getattr(dialect, "_json_serializer", None) or json.dumps
    return str(serializer(None if value is sa.JSON.NULL else value))


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

    if isinstance(clause, sa.Insert):
        clause = clause.inline()  # else SQLAlchemy asks for the new key to be returned, and nobody reads it
    if parameters and isinstance(clause, sa.Insert | sa.Update):
        binds = clause.compile(column_keys=list(parameters)).binds
        wanted = [name for name in parameters if name in clause.table.c and name in binds and binds[name].required]
        clause = clause.values({name: parameters[name] for name in wanted}) if wanted else clause
    given: sa.ClauseElement = visitors.cloned_traverse(clause, {}, {"bindparam": give})
    return given
