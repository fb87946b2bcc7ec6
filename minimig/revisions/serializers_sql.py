"""Rules for column types and pieces of SQL.

Each is written as people would write it with SQLAlchemy, and reads back to an equal value; `SQL_RULES` holds the rules.
Alembic renders types by `repr`; here a type is written from the call that it is compared by, so what is written and
what is compared cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa

from minimig.errors import WriterError
from minimig.revisions.serializers_base import Rule, Writing
from minimig.revisions.serializers_layout import Bracket, Chain, Source, block, call, flat, list_of, quoted, text
from minimig.state.calls import ListArgument
from minimig.state.definition import Definition
from minimig.state.expressions import string_value
from minimig.state.to_metadata import escape_colons
from minimig.state.values import GENERIC, Call, Reference, SqlExpression, SqlType

# --- types ------------------------------------------------------------------------------------------------------------


def _type(value: SqlType, writing: Writing) -> Source:
    return _call(value.call, writing)


def _call(value: Call, writing: Writing, *, instance: bool = False) -> Source:
    """A type by its call; without parentheses where it has no arguments and a class will do."""
    target = writing.name(value.target, "the type")
    # Types of the project may ask for instances among their arguments; SQLAlchemy's own take either.
    inner = value.target.module.partition(".")[0] != "sqlalchemy"
    here = writing.inside(value.target.name)
    args = tuple(
        _argument(arg, here.inside(f"argument {number}"), instance=inner) for number, arg in enumerate(value.args, 1)
    )
    kwargs = tuple(
        (name, _argument(arg, here.inside(f"argument {name}"), instance=inner)) for name, arg in value.kwargs
    )
    if not (args or kwargs or value.variants):
        return f"{target}()" if instance else target
    base = call(target, args, kwargs)
    if not value.variants:
        return base
    variants = [
        Bracket(".with_variant(", (("", _call(type_, writing)), *(("", text(name)) for name in dialects)), ")")
        for type_, dialects in value.variants
    ]
    return Chain(base, tuple(variants))


def _argument(value: Any, writing: Writing, *, instance: bool) -> Source:
    if isinstance(value, Call):
        return _call(value, writing, instance=instance)
    if isinstance(value, ListArgument):
        return list_of(tuple(_argument(item, writing, instance=instance) for item in value))
    if isinstance(value, dict):
        pairs = ((f"{flat(writing.value(key))}: ", _argument(v, writing, instance=True)) for key, v in value.items())
        return Bracket("{", tuple(pairs), "}")
    if isinstance(value, tuple):
        items = tuple(("", _argument(item, writing, instance=instance)) for item in value)
        return Bracket("(", items, ")", lone_comma=True)
    return writing.value(value)


def _reference(value: Reference, writing: Writing) -> Source:
    return writing.name(value, "the class")


# --- SQL --------------------------------------------------------------------------------------------------------------


def _definition(value: Definition, _: Writing) -> Source:
    """The SQL of an object: a text, or a dictionary of texts by dialect."""
    if not isinstance(value.plain, dict):
        return block(value.plain)
    items = tuple((f"{quoted(dialect)}: ", block(sql)) for dialect, sql in value.plain.items())
    return Bracket("{", items, "}")


def sql_text(value: SqlExpression, writing: Writing) -> Source:
    """SQL as a plain string, for the places where SQLAlchemy takes a string as SQL."""
    written = _text_of(value.text)
    if written is not None:
        return text(written)
    raise WriterError(
        f"the SQL text {value.text!r} cannot be written so that SQLAlchemy reads it back",
        where=writing.place or None,
        hint="write colons and backslashes in another way",
    )


@lru_cache(maxsize=1024)  # a history has few texts that differ, and SQLAlchemy compiles each
def _text_of(sql: str) -> str | None:
    """What `sqlalchemy.text` reads back as this SQL, or None."""
    for candidate in (sql, escape_colons(sql)):
        clause = sa.text(candidate)
        if not clause.compile(dialect=GENERIC).params and SqlExpression.of(clause).text == sql:
            return candidate
    return None


def _expression(value: SqlExpression, writing: Writing) -> Source:
    """SQL where SQLAlchemy takes an expression: `sa.func.now()`, a sequence's next value, or `sa.text(...)`."""
    if isinstance(value.element, sa.sql.functions.next_value):
        return Chain(sequence(value.element.sequence, writing), (Bracket(".next_value(", (), ")"),))
    function = _function(value)
    if function:
        return f"{writing.imports.name(Reference('sqlalchemy', function))}()"
    return call(writing.imports.name(Reference("sqlalchemy", "text")), (sql_text(value, writing),))


def sequence(value: sa.Sequence, writing: Writing) -> Bracket:
    """A sequence by its name alone: what it is like is said where it is created."""
    schema = (("schema", text(str(value.schema))),) if value.schema else ()
    return call(writing.imports.name(Reference("sqlalchemy", "Sequence")), (text(str(value.name)),), schema)


@cache
def _constants() -> Mapping[str, str]:
    """The SQLAlchemy functions that stand for constants, by their SQL."""
    constants: Mapping[str, sa.ColumnElement[Any]] = {"true": sa.true(), "false": sa.false(), "null": sa.null()}
    return {SqlExpression.of(constant).text: name for name, constant in constants.items()}


def _function(value: SqlExpression) -> str | None:
    """The SQLAlchemy function without arguments that the expression is, or None."""
    element = value.element
    if value.text in _constants():
        return _constants()[value.text]
    if not isinstance(element, sa.sql.functions.FunctionElement):
        return None
    name = str(getattr(element, "name", ""))
    if not name.isidentifier() or name.startswith("_") or not hasattr(sa.func, name):
        return None
    plain = getattr(sa.func, name)()
    return f"func.{name}" if SqlExpression.of(plain).text == value.text and plain.compare(element) else None


def server_default(value: SqlExpression, writing: Writing) -> Source:
    """A server default: a string literal is written as a plain string, as in SQLAlchemy."""
    literal = string_value(value.text)
    # A backslash inside text is spelled for one database; as a string SQLAlchemy would spell it anew for each.
    spelled = "\\" in value.text and not isinstance(value.element, sa.BindParameter)
    if literal is None or spelled or SqlExpression.literal(literal).text != value.text:
        return writing.value(value)
    return text(literal)


def _clause(value: sa.ClauseElement, writing: Writing) -> Source:
    """A SQLAlchemy expression that somebody handed to an operation: text and simple calls can be written."""
    if isinstance(value, sa.TextClause):
        compiled = value.compile(dialect=GENERIC)
        if not compiled.params:
            return writing.value(SqlExpression(str(compiled), value))
    elif isinstance(value, sa.ColumnElement):
        expression = SqlExpression.of(value)
        if _function(expression):
            return writing.value(expression)
    raise WriterError(
        f"the SQLAlchemy expression {type(value).__name__} cannot be written into a revision file",
        where=writing.place or None,
        hint="write it as SQL text, or build it in a function and use ops.RunPython",
    )


SQL_RULES: tuple[Rule, ...] = (
    (Definition, _definition),
    (SqlType, _type),
    (Call, _call),
    (Reference, _reference),
    (SqlExpression, _expression),
    (sa.ClauseElement, _clause),
)
