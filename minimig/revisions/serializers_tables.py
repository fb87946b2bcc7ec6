"""Rules for the parts of a table: columns, keys, constraints, indexes, and the table itself.

Each is written as the SQLAlchemy call that people would write, and reads back to an equal state; `TABLE_RULES` holds
the rules. What SQLAlchemy supposes by itself, such as NOT NULL in a primary key, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from minimig.revisions.serializers_base import Rule, Writing
from minimig.revisions.serializers_layout import Bracket, Chain, Source, call, list_of, text
from minimig.revisions.serializers_sql import sequence, server_default, sql_text
from minimig.state.options import Pairs
from minimig.state.parts import (
    DDL_IF,
    CheckState,
    ColumnState,
    ComputedState,
    ConstraintState,
    ExcludeState,
    ForeignKeyState,
    IdentityState,
    IndexState,
    Options,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.tables import TableState
from minimig.state.to_metadata import sa_sequence
from minimig.state.values import Reference

Named = tuple[tuple[str, Source], ...]

# --- columns ----------------------------------------------------------------------------------------------------------


def _computed(value: ComputedState, writing: Writing) -> Source:
    persisted = () if value.persisted is None else (("persisted", repr(value.persisted)),)
    return _schema_item(writing, "Computed", (sql_text(value.expression, writing),), persisted)


def _identity(value: IdentityState, writing: Writing) -> Source:
    always: Named = (("always", "True"),) if value.always else ()
    return _schema_item(writing, "Identity", (), (*always, *_options(value.options, writing)))


def _column(value: ColumnState, writing: Writing, *, primary_key: bool = False, keyed: bool = False) -> Source:
    """A column. `primary_key` writes it on the column; `keyed` says that it is in a key written elsewhere."""
    writing = writing.inside(f"column {value.name}")
    args = [text(value.name), writing.value(value.type)]
    args += [writing.value(item) for item in (value.computed, value.identity) if item]
    if value.sequence is not None:
        args.append(sequence(sa_sequence(value.sequence), writing))
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
    given = _given(writing, name=value.name, deferrable=value.deferrable, initially=value.initially)
    named = (*given, *_options(value.options, writing))
    return _schema_item(writing, "PrimaryKeyConstraint", _texts(value.columns), named)


def _unique(value: UniqueState, writing: Writing) -> Source:
    named = _given(writing, name=value.name, deferrable=value.deferrable, initially=value.initially)
    return _item(value, writing, "UniqueConstraint", _texts(value.columns), named)


def _foreign_key(value: ForeignKeyState, writing: Writing) -> Source:
    targets = [f"{value.target}.{column}" for column in value.target_columns]
    names = ("name", "ondelete", "onupdate", "deferrable", "initially", "match")
    named = _given(writing, **{name: getattr(value, name) for name in names})
    args = (list_of(_texts(value.columns)), list_of(_texts(targets)))
    return _item(value, writing, "ForeignKeyConstraint", args, named)


def _check(value: CheckState, writing: Writing) -> Source:
    args = (sql_text(value.expression, writing),)
    return _item(value, writing, "CheckConstraint", args, (("name", text(value.name)),))


def _exclude(value: ExcludeState, writing: Writing) -> Source:
    """`postgresql.ExcludeConstraint(("room", "="), (sa.text("..."), "&&"), name=..., where=...)`."""
    elements = [
        Bracket("(", (("", writing.value(element)), ("", text(operator))), ")") for element, operator in value.elements
    ]
    said = _options(_unconditional(value.options), writing)
    options = tuple((name.removeprefix("postgresql_"), option) for name, option in said)
    named = _given(writing, name=value.name, deferrable=value.deferrable, initially=value.initially)
    target = writing.imports.name(Reference("sqlalchemy.dialects.postgresql", "ExcludeConstraint"))
    return _conditioned(call(target, tuple(elements), (*named, *options)), value.options)


def _index(value: IndexState, writing: Writing) -> Source:
    unique: Named = (("unique", "True"),) if value.unique else ()
    args = (text(value.name), *writing.values(value.elements))
    concurrently: Named = (("postgresql_concurrently", "True"),) if value.concurrently else ()
    return _item(value, writing, "Index", args, unique, concurrently)


def _item(
    value: ConstraintState | IndexState, writing: Writing, name: str, args: tuple[Source, ...], *named: Named
) -> Source:
    """A constraint or index with its options between what is named before and after them."""
    before, *after = named
    options = _options(_unconditional(value.options), writing)
    made = _schema_item(writing, name, args, (*before, *options, *(each for more in after for each in more)))
    return _conditioned(made, value.options)


def _unconditional(options: Options) -> Options:
    return tuple(option for option in options if option[0] != DDL_IF)


def _conditioned(made: Source, options: Options) -> Source:
    """The call followed by `.ddl_if(dialect=...)` where it is made on some databases only."""
    dialects = dict(options).get(DDL_IF)
    if not dialects:
        return made
    names = text(dialects[0]) if len(dialects) == 1 else list_of(_texts(dialects))
    return Chain(made, (Bracket(".ddl_if(", (("dialect=", names),), ")"),))


# --- tables -----------------------------------------------------------------------------------------------------------


def create_table(table: TableState, target: str, more: Named, writing: Writing) -> Source:
    """`ops.CreateTable("posts", sa.Column(...), ...)`, one item a line; `more` are the operation's own arguments."""
    writing = writing.at(f"table {table.key}")
    named = _given(writing, schema=table.schema, comment=table.comment, info=table.info or None)
    operation = call(
        target,
        (text(table.name), *_columns(table, writing), *_parts(table, writing)),
        (*named, *_options(table.options, writing), *more),
    )
    return replace(operation, spread=True)


def _table(value: TableState, writing: Writing) -> Source:
    return create_table(value, writing.imports.ops("CreateTable"), (), writing)


def _key_on_columns(table: TableState) -> bool:
    """Whether `primary_key=True` on its columns says all there is to say about the key."""
    key = table.primary_key
    in_order = [name for name in table.columns if key and name in key.columns]
    return key == PrimaryKeyState(tuple(in_order))


def _columns(table: TableState, writing: Writing) -> Iterator[Source]:
    key = table.primary_key.columns if table.primary_key else ()
    on_columns = _key_on_columns(table)
    for column in table.columns.values():
        keyed = column.name in key
        yield _column(column, writing, primary_key=keyed and on_columns, keyed=keyed)


def _parts(table: TableState, writing: Writing) -> Iterator[Source]:
    if table.primary_key is not None and not _key_on_columns(table):
        yield writing.value(table.primary_key)
    order = (ForeignKeyState, UniqueState, ExcludeState, CheckState)
    for constraint in sorted(table.constraints.values(), key=lambda c: (order.index(type(c)), c.name)):
        yield writing.inside(f"constraint {constraint.name}").value(constraint)
    for index in table.indexes.values():
        yield writing.inside(f"index {index.name}").value(index)


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


TABLE_RULES: tuple[Rule, ...] = (
    (ColumnState, _column),
    (ComputedState, _computed),
    (IdentityState, _identity),
    (PrimaryKeyState, _primary_key),
    (UniqueState, _unique),
    (ForeignKeyState, _foreign_key),
    (CheckState, _check),
    (ExcludeState, _exclude),
    (IndexState, _index),
    (TableState, _table),
)
