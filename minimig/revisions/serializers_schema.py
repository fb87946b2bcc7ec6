"""Rules for the values of a state: types, SQL, columns, keys, constraints, indexes, tables.

Each is written as the SQLAlchemy call that people would write, and reads back to an equal state; `SCHEMA_RULES` holds them.
Unlike Alembic, which renders types by `repr`, a type is written from the call that it is compared by, so what is written and
what is compared cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from minimig.errors import WriterError
from minimig.revisions.serializers_base import Rule, Writing
from minimig.revisions.serializers_layout import Bracket, Chain, Source, call, list_of, text
from minimig.state.from_metadata import Pairs
from minimig.state.tables import (
    CheckState,
    ColumnState,
    ComputedState,
    ForeignKeyState,
    IdentityState,
    IndexState,
    Options,
    PrimaryKeyState,
    TableState,
    UniqueState,
)
from minimig.state.to_metadata import escape_colons
from minimig.state.values import GENERIC, Call, Reference, SqlExpression, SqlType, string_value

Named = tuple[tuple[str, Source], ...]


# --- types ------------------------------------------------------------------------------------------------------------


def _type(value: SqlType, writing: Writing) -> Source:
    return _call(value.call, writing)


def _call(value: Call, writing: Writing, *, instance: bool = False) -> Source:
    """A type by its call; without parentheses where it has no arguments and a class will do."""
    target = writing.name(value.target, "the type")
    # Types of the project may ask for instances among their arguments; SQLAlchemy's own take either.
    inner = not value.target.module.startswith("sqlalchemy")
    args = tuple(_argument(arg, writing, instance=inner) for arg in value.args)
    kwargs = tuple((name, _argument(arg, writing, instance=inner)) for name, arg in value.kwargs)
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
    if isinstance(value, tuple):
        items = tuple(("", _argument(item, writing, instance=instance)) for item in value)
        return Bracket("(", items, ")", lone_comma=True)
    return writing.value(value)


def _reference(value: Reference, writing: Writing) -> Source:
    return writing.name(value, "the class")


# --- SQL --------------------------------------------------------------------------------------------------------------


def sql_text(value: SqlExpression, writing: Writing) -> Source:
    """SQL as a plain string, for the places where SQLAlchemy takes a string as SQL."""
    for candidate in (value.text, escape_colons(value.text)):
        clause = sa.text(candidate)
        if not clause.compile(dialect=GENERIC).params and SqlExpression.of(clause).text == value.text:
            return text(candidate)
    raise WriterError(
        f"the SQL text {value.text!r} cannot be written so that SQLAlchemy reads it back",
        where=writing.place or None,
        hint="write colons and backslashes in another way",
    )


def _expression(value: SqlExpression, writing: Writing) -> Source:
    """SQL where SQLAlchemy takes an expression: `sa.func.now()`, `sa.true()`, or `sa.text(...)`."""
    function = _function(value)
    if function:
        return f"{writing.imports.name(Reference('sqlalchemy', function))}()"
    return call(writing.imports.name(Reference("sqlalchemy", "text")), (sql_text(value, writing),))


def _function(value: SqlExpression) -> str | None:
    """The SQLAlchemy function without arguments that the expression is, or None."""
    element = value.element
    constants: tuple[tuple[str, sa.ColumnElement[Any]], ...] = (
        ("true", sa.true()),
        ("false", sa.false()),
        ("null", sa.null()),
    )
    for name, constant in constants:
        if value.text == SqlExpression.of(constant).text:
            return name
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


# --- columns ----------------------------------------------------------------------------------------------------------


def _computed(value: ComputedState, writing: Writing) -> Source:
    persisted = () if value.persisted is None else (("persisted", repr(value.persisted)),)
    return _schema_item(writing, "Computed", (sql_text(value.expression, writing),), persisted)


def _identity(value: IdentityState, writing: Writing) -> Source:
    always: Named = (("always", "True"),) if value.always else ()
    return _schema_item(writing, "Identity", (), (*always, *_options(value.options, writing)))


def _column(value: ColumnState, writing: Writing, *, primary_key: bool = False, keyed: bool = False) -> Source:
    """A column. `primary_key` writes it on the column; `keyed` says that it is in a key written elsewhere."""
    writing = writing.at(f"{writing.place}, column {value.name}" if writing.place else f"column {value.name}")
    args = [text(value.name), writing.value(value.type)]
    args += [writing.value(item) for item in (value.computed, value.identity) if item]
    # SQLAlchemy makes the columns of a key and identities NOT NULL by itself.
    nullable = not (primary_key or keyed or value.identity)
    named: list[tuple[str, Source]] = []
    if primary_key:
        named.append(("primary_key", "True"))
    if value.nullable != nullable:
        named.append(("nullable", repr(value.nullable)))
    if value.default is not None:
        named.append(("server_default", server_default(value.default, writing)))
    if value.comment is not None:
        named.append(("comment", text(value.comment)))
    if value.autoincrement != "auto":
        named.append(("autoincrement", writing.value(value.autoincrement)))
    return _schema_item(writing, "Column", tuple(args), (*named, *_options(value.options, writing)))


# --- keys, constraints, indexes ---------------------------------------------------------------------------------------


def _primary_key(value: PrimaryKeyState, writing: Writing) -> Source:
    named = (*_given(writing, name=value.name), *_options(value.options, writing))
    return _schema_item(writing, "PrimaryKeyConstraint", _texts(value.columns), named)


def _unique(value: UniqueState, writing: Writing) -> Source:
    named = _given(writing, name=value.name, deferrable=value.deferrable, initially=value.initially)
    return _schema_item(
        writing,
        "UniqueConstraint",
        _texts(value.columns),
        (*named, *_options(value.options, writing)),
    )


def _foreign_key(value: ForeignKeyState, writing: Writing) -> Source:
    targets = [f"{value.target}.{column}" for column in value.target_columns]
    names = ("name", "ondelete", "onupdate", "deferrable", "initially", "match")
    named = _given(writing, **{name: getattr(value, name) for name in names})
    return _schema_item(
        writing,
        "ForeignKeyConstraint",
        (list_of(_texts(value.columns)), list_of(_texts(targets))),
        (*named, *_options(value.options, writing)),
    )


def _check(value: CheckState, writing: Writing) -> Source:
    named = (("name", text(value.name)), *_options(value.options, writing))
    return _schema_item(writing, "CheckConstraint", (sql_text(value.expression, writing),), named)


def _index(value: IndexState, writing: Writing) -> Source:
    unique: Named = (("unique", "True"),) if value.unique else ()
    args = (text(value.name), *writing.values(value.elements))
    return _schema_item(writing, "Index", args, (*unique, *_options(value.options, writing)))


# --- tables -----------------------------------------------------------------------------------------------------------


def create_table(table: TableState, writing: Writing) -> Source:
    """`ops.CreateTable("posts", sa.Column(...), ...)`, one item a line."""
    writing = writing.at(f"table {table.key}")
    named = _given(writing, schema=table.schema, comment=table.comment)
    operation = call(
        writing.imports.ops("CreateTable"),
        (text(table.name), *_columns(table, writing), *_parts(table, writing)),
        (*named, *_options(table.options, writing)),
    )
    return replace(operation, spread=True)


def _key_on_columns(table: TableState) -> bool:
    """Whether `primary_key=True` on its columns says all there is to say about the key."""
    key = table.primary_key
    in_order = [name for name in table.columns if key and name in key.columns]
    return key is not None and key.name is None and not key.options and tuple(in_order) == key.columns


def _columns(table: TableState, writing: Writing) -> Iterator[Source]:
    key = table.primary_key.columns if table.primary_key else ()
    on_columns = _key_on_columns(table)
    for column in table.columns.values():
        keyed = column.name in key
        yield _column(column, writing, primary_key=keyed and on_columns, keyed=keyed)


def _parts(table: TableState, writing: Writing) -> Iterator[Source]:
    if table.primary_key is not None and not _key_on_columns(table):
        yield writing.value(table.primary_key)
    order = (ForeignKeyState, UniqueState, CheckState)
    for constraint in sorted(table.constraints.values(), key=lambda c: (order.index(type(c)), c.name)):
        yield writing.at(f"{writing.place}, constraint {constraint.name}").value(constraint)
    for index in table.indexes.values():
        yield writing.at(f"{writing.place}, index {index.name}").value(index)


# --- arguments --------------------------------------------------------------------------------------------------------


def options(values: Mapping[str, Any], writing: Writing) -> Named:
    """Options of a dialect as keyword arguments: pairs are a dict again, tuples a list."""
    return tuple((name, _option(value, writing)) for name, value in values.items())


def _options(values: Options, writing: Writing) -> Named:
    return options(dict(values), writing)


def _option(value: Any, writing: Writing) -> Source:
    if isinstance(value, Pairs):
        pairs = ((f"{text(name)}: ", _option(item, writing)) for name, item in value)
        return Bracket("{", tuple(pairs), "}")
    if isinstance(value, tuple):
        return list_of(tuple(_option(item, writing) for item in value))
    return writing.value(value)


def _schema_item(writing: Writing, name: str, args: tuple[Source, ...], named: Named) -> Bracket:
    return call(writing.imports.name(Reference("sqlalchemy", name)), args, named)


def _given(writing: Writing, **values: Any) -> Named:
    return tuple((name, writing.value(value)) for name, value in values.items() if value is not None)


def _texts(values: Any) -> tuple[Source, ...]:
    return tuple(text(value) for value in values)


SCHEMA_RULES: tuple[Rule, ...] = (
    (SqlType, _type),
    (Call, _call),
    (Reference, _reference),
    (SqlExpression, _expression),
    (sa.ClauseElement, _clause),
    (ColumnState, _column),
    (ComputedState, _computed),
    (IdentityState, _identity),
    (PrimaryKeyState, _primary_key),
    (UniqueState, _unique),
    (ForeignKeyState, _foreign_key),
    (CheckState, _check),
    (IndexState, _index),
    (TableState, create_table),
)
