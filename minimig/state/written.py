"""What stands in a revision file becomes states: a table from its items, a column with what is written on it.

A name that was left out gets minimig's own (`naming`), and is `open`: the naming convention of the app's models may
give another one when the file is loaded (`named_by`). A name that was written is final. The name of a primary key is
never open: without one the database gives its own, which is how files say it that were written before there was a
convention. (Alembic names everything anew each time a file is run, so a changed convention renames what old files
created.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql import naming as conventions

from minimig.errors import StateError
from minimig.state import naming
from minimig.state.from_items import constraint_state, index_state, primary_key_state
from minimig.state.from_metadata import table_state
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ConstraintState,
    ExcludeState,
    ForeignKeyState,
    IndexState,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.tables import TableState, columns_of, elements_of, table_key
from minimig.state.to_metadata import ddl_table
from minimig.state.values import SqlType, remembering

Item = ConstraintState | PrimaryKeyState | IndexState
"""What a table has besides columns."""

Convention = Mapping[Any, Any]
"""A `naming_convention` as `sqlalchemy.MetaData` takes it."""

Open = frozenset[str]
"""Names that nobody wrote."""


class Written(NamedTuple):
    """A table as it was written, and which names in it are open."""

    table: TableState
    open: Open


def table_from_items(
    name: str,
    items: Iterable[SchemaItem],
    *,
    schema: str | None = None,
    comment: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Written:
    """A table written as the arguments of `sqlalchemy.Table`: columns, constraints and indexes."""
    # None: an index without a name stays so, and is told from one that has the name SQLAlchemy would give.
    items = tuple(items)
    metadata = sa.MetaData(naming_convention={"ix": None})  # type: ignore[dict-item]
    try:
        table = sa.Table(name, metadata, *items, schema=schema, comment=comment, **(options or {}))
    except sa.exc.SQLAlchemyError as error:
        raise StateError(f"table {name!r} cannot be built: {error}") from error
    given = [item for item in items if isinstance(item, sa.Index)]
    # A type may bring an index along when its column meets a table (GeoAlchemy2): a file says all its indexes itself.
    table.indexes = {i for i in table.indexes if i in given or any(c.index or c.unique for c in i.columns)}
    on_columns = (c for column in table.columns for c in column.constraints)
    named: list[Any] = [*table.constraints, *table.indexes, *on_columns]
    said = {str(each.name) for each in named if isinstance(each.name, str)}
    for index in table.indexes:
        _name_index(index, table.name, table.schema)
    state = replace(table_state(table), info=dict(table.info))
    return Written(state, frozenset({*state.constraints, *state.indexes} - said))


def column_with_items(
    table: str, column: sa.Column[Any] | ColumnState, items: Iterable[SchemaItem | Item], schema: str | None
) -> tuple[ColumnState, tuple[Item, ...], Open]:
    """A column apart from its table, what is written on it or beside it, and the names that are open."""
    if isinstance(column, ColumnState):
        state, found, open_ = column, [], set[str]()
    else:
        alone = table_from_items(table, [_copied(column)], schema=schema)
        state, open_ = alone.table.columns[str(column.name)], set(alone.open)
        found = _items_of(alone.table)
    for given in items:
        item, is_open = item_state(given, table, schema)
        found.append(item)
        open_ |= {str(item.name)} if is_open else set()
    stub = TableState(table, schema, {state.name: state})
    for item in found:
        if state.name not in (item.columns if isinstance(item, PrimaryKeyState) else columns_of(item, stub)):
            raise StateError(
                f"{_words(item)} does not speak of column {table}.{state.name}, which it is added with",
                hint="give it an operation of its own",
            )
    return state, tuple(found), frozenset(open_)


def item_state(item: SchemaItem | Item, table: str, schema: str | None) -> tuple[Item, bool]:
    """A key, constraint or index that stands alone in a revision file, and whether its name is open."""
    if isinstance(item, sa.PrimaryKeyConstraint | PrimaryKeyState):
        return primary_key_state(item), False
    if isinstance(item, IndexState | ConstraintState):
        return item, False
    if isinstance(item, sa.Index):
        is_open = item.name is None
        _name_index(item, table, schema)
        return index_state(item), is_open
    if isinstance(item, sa.Constraint):
        return constraint_state(item, table), not isinstance(item.name, str)
    raise StateError(f"{item!r} is no constraint and no index", hint="give a sa.ForeignKeyConstraint or the like")


def named_by(table: TableState, open_: Collection[str], convention: Convention) -> TableState:
    """The table with its open names as the convention has them.

    Where the convention says nothing, or wants to know what is not there, the name stays.
    """
    built = ddl_table(table, convention)
    items: list[Any] = [*built.constraints, *built.indexes]
    names = {}
    for item in items:
        old = str(item.name)
        if old in open_:
            item.name = None
            names[old] = _conventional(item, built) or old
    return replace(
        table,
        constraints={names.get(k, k): replace(c, name=names.get(k, k)) for k, c in table.constraints.items()},
        indexes={names.get(k, k): replace(i, name=names.get(k, k)) for k, i in table.indexes.items()},
    )


def item_named_by(item: Item, table: str, schema: str | None, convention: Convention) -> Item:
    """A lone constraint or index, its open name as the convention has it. Of its table only its columns are known."""
    if isinstance(item, PrimaryKeyState):
        return item
    # A CHECK or an expression is text: what columns it speaks of, a convention could not see in a whole table either.
    names = [e for e in elements_of(item) if isinstance(e, str)] if isinstance(item, IndexState | ExcludeState) else []
    names += item.columns if isinstance(item, UniqueState | ForeignKeyState) else ()
    stub = TableState(table, schema, {name: ColumnState(name, SqlType.of(sa.Integer)) for name in names or ["-"]})
    if isinstance(item, IndexState):
        return next(iter(named_by(stub.with_index(item), [item.name], convention).indexes.values()))
    return next(iter(named_by(stub.with_constraint(item), [item.name], convention).constraints.values()))


def _conventional(item: Any, table: sa.Table) -> str | None:
    try:
        # Alembic calls it, too: SQLAlchemy offers no public way to ask for a name without building the models.
        name: Any = cast("Any", conventions)._constraint_name_for_table(item, table)  # noqa: SLF001
    except (sa.exc.SQLAlchemyError, LookupError):
        return None
    return str(name) if isinstance(name, str) else None


def default_index_name(table: str, schema: str | None, elements: Sequence[Any]) -> str:
    """The name that SQLAlchemy gives to an index without one. Raises StateError when that begins with an expression."""
    first = elements[0] if elements else None
    column = first if isinstance(first, str) else getattr(first, "name", None)
    if not isinstance(column, str):
        raise StateError(f"an index of table {table} has no name", hint="name it: it does not begin with a column")
    return naming.index_name(table_key(table, schema), [column])


def _name_index(index: Any, table: str, schema: str | None) -> None:
    if index.name is None:
        index.name = default_index_name(table, schema, list(index.expressions))


def _copied(column: sa.Column[Any]) -> sa.Column[Any]:
    """A column of its own, also when the one in the file belongs to a table: that one's single keys come along."""
    copy = column._copy()  # noqa: SLF001 - the public name was given up in SQLAlchemy 1.4
    remembering(copy.type, column.type)
    for key in column.foreign_keys:
        if key.constraint is not None and len(key.constraint.elements) == 1:
            copy.append_foreign_key(key._copy())  # noqa: SLF001
    return copy


def _items_of(table: TableState) -> list[Item]:
    key = [] if table.primary_key is None else [table.primary_key]
    return [*key, *table.constraints.values(), *table.indexes.values()]


def _words(item: Item) -> str:
    kinds = {PrimaryKeyState: "the primary key", IndexState: "index", CheckState: "CHECK"}
    return f"{kinds.get(type(item), 'constraint')} {item.name or ''}".rstrip()
