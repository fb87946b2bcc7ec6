"""The SQL text of a SQLAlchemy expression: what states, files and comparisons know of it.

Goes in an expression, comes out its text with all values inline, as DDL needs it. Mostly the text belongs to no
database; an expression made of what a single one has (an index over `data["key"].astext` of a JSONB column, a cast to
ARRAY) is spelled as that one does. Alembic never needs such a text: it renders expressions for the database at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeDecorator, TypeEngine

_DIALECTS: dict[str, Any] = {"postgresql": postgresql.dialect, "mysql": mysql.dialect, "sqlite": sqlite.dialect}
_OWNER = re.compile(r"sqlalchemy\.dialects\.(\w+)\.")
_UNKNOWN = re.compile(r"Compiler <[^>]*> can't render element of type (?:<class '(?:\w+\.)*)?(\w+)(?:'>)?")
_ADDRESS = re.compile(r"Compiler <[^>]*> can't render element of type <.*(?:function|method) (\w+)[^>]*>")


def compile_expression(element: sa.ClauseElement, dialect: sa.Dialect, *, tables: bool = False) -> str:
    """SQL text, values inline, as DDL needs it; with `tables`, columns have the name of their table in front."""
    compiler = dialect.statement_compiler(dialect, None)
    text: str = compiler.process(element, include_table=tables, literal_binds=True)
    # Drivers of the format and pyformat styles want a percent sign doubled; this text never meets bound parameters.
    return text.replace("%%", "%") if dialect.paramstyle in ("format", "pyformat") else text


def plain_sql(element: sa.ClauseElement, generic: sa.Dialect, *, tables: bool = False) -> str:
    """The text on the dialect `generic`; where that has no words for it, on the only dialect whose parts it uses.

    Raises CompileError or NotImplementedError when that leads nowhere either.
    """
    try:
        return compile_expression(element, generic, tables=tables)
    except (sa.exc.CompileError, NotImplementedError):
        owners = set(_owners(element))
        if len(owners) != 1 or not owners <= _DIALECTS.keys():
            raise
    return compile_expression(element, _DIALECTS[owners.pop()](paramstyle="named"), tables=tables)


def why_not(error: sa.exc.SQLAlchemyError | NotImplementedError) -> str:
    """Why SQLAlchemy cannot compile something, without the address of its compiler."""
    text = _ADDRESS.sub(r"it has no \1", str(error.args[0]) if error.args else "")
    return _UNKNOWN.sub(r"it has no \1", text)


def _owners(element: Any) -> Iterator[str]:
    """The dialects that parts of an expression, or their types, belong to."""
    for part in visitors.iterate(element):
        classes = [type(part), *_classes(getattr(part, "type", None))]
        yield from (found[1] for cls in classes if (found := _OWNER.match(cls.__module__)))


def _classes(type_: Any) -> Iterator[type]:
    if not isinstance(type_, TypeEngine):
        return
    yield type(type_)
    inner = type_.impl_instance if isinstance(type_, TypeDecorator) else getattr(type_, "item_type", None)
    yield from _classes(inner)
