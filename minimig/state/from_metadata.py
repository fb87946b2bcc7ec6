"""The gate in: SQLAlchemy's MetaData, Table, Column, Constraint and Index become states.

Everything that a MetaData says about a schema goes through here: the models, what stands in revision files, and what is
reflected. Constraints without a name get one (`naming`), columns of the primary key are NOT NULL, and CHECKs that a
type brings along (Enum, Boolean) stay with the type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from minimig.errors import ModelsError, StateError, UnsupportedError
from minimig.state import naming
from minimig.state.declared import declared
from minimig.state.objects import ObjectState
from minimig.state.options import freeze_options
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ComputedState,
    ConstraintState,
    ForeignKeyState,
    IdentityState,
    IndexState,
    Options,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression, SqlType

IDENTITY_OPTIONS = (
    "start",
    "increment",
    "minvalue",
    "maxvalue",
    "nominvalue",
    "nomaxvalue",
    "cycle",
    "cache",
    "order",
)


def from_metadata(*metadata: sa.MetaData, keep: Callable[[str], bool] | None = None) -> SchemaState:
    """The state that one or several MetaData describe together: tables, and the objects declared beside them.

    Of all of them, or of those whose key `keep` lets through. Raises ModelsError when two MetaData define one table or
    object, or when a table could not be created by any database.
    """
    tables: dict[str, TableState] = {}
    objects: dict[str, ObjectState] = {}
    for each in metadata:
        for table in (t for t in each.tables.values() if keep is None or keep(t.key)):
            state = table_state(table)
            if state.key in tables:
                raise ModelsError(
                    f"table {state.key} is defined in two MetaData objects",
                    hint="name only one of them in metadata",
                )
            tables[state.key] = state
        for item in (o for o in declared(each) if keep is None or keep(o.key)):
            if objects.get(item.key, item) != item:
                raise ModelsError(f"{item.key} is declared on two MetaData objects", hint="declare it on one of them")
            objects[item.key] = item
    return SchemaState(tables, objects)


def table_state(table: sa.Table) -> TableState:
    """One table as a value. Raises ModelsError for what no database could create."""
    columns = {c.name: column_state(c) for c in table.columns if not c.system}
    if not columns:
        raise ModelsError(f"table {table.key} has no columns", hint="import the module that defines them")
    key = table.primary_key
    constraints: dict[str, ConstraintState] = {}
    for constraint in _constraints(table):
        _keep(constraints, constraint, table)
    indexes: dict[str, IndexState] = {}
    for index in sorted(table.indexes, key=lambda i: str(i.name)):
        _keep(indexes, index_state(index), table)
    given = tuple(table._prefixes)  # noqa: SLF001 - SQLAlchemy has no public way to read them
    prefixes = (("prefixes", given),) if given else ()
    return TableState(
        name=str(table.name),
        schema=_text(table.schema),
        columns=columns,
        primary_key=primary_key_state(key) if len(key.columns) else None,
        constraints=constraints,
        indexes=indexes,
        comment=table.comment or None,
        options=tuple(sorted([*freeze_options(table.dialect_kwargs), *prefixes])),
    )


def table_from_items(
    name: str,
    items: Iterable[SchemaItem],
    *,
    schema: str | None,
    comment: str | None,
    options: Mapping[str, Any],
) -> TableState:
    """A table written as the arguments of `sqlalchemy.Table`: columns, constraints and indexes."""
    try:
        table = sa.Table(name, sa.MetaData(), *items, schema=schema, comment=comment, **options)
    except sa.exc.SQLAlchemyError as error:
        raise StateError(f"table {name!r} cannot be built: {error}") from error
    return table_state(table)


def column_state(column: sa.Column[Any]) -> ColumnState:
    """One column as a value; keys and indexes written on the column belong to its table."""
    if isinstance(column.default, sa.Sequence) and not column.default.optional:
        raise UnsupportedError(
            f"column {column} takes its values from sequence {column.default.name}, which is not supported yet",
            hint="use sa.Identity(), or make the Sequence optional=True and create it with ops.RunSQL",
        )
    try:
        type_ = SqlType.of(column.type)
    except StateError as error:
        raise StateError(error.message, where=f"column {column}", hint=error.hint) from error
    return ColumnState(
        name=str(column.name),
        type=type_,
        nullable=bool(column.nullable) and not column.primary_key,
        default=default_state(column.server_default),
        comment=column.comment or None,
        computed=None if column.computed is None else computed_state(column.computed),
        identity=None if column.identity is None else identity_state(column.identity),
        autoincrement=column.autoincrement,
        options=freeze_options(column.dialect_kwargs),
    )


def lone_column_state(column: sa.Column[Any] | ColumnState) -> ColumnState:
    """A column that is written outside its table; raises StateError for keys and indexes written on it."""
    if isinstance(column, ColumnState):
        return column
    for said, instead in (
        (column.primary_key, "ops.AddConstraint(table, sa.PrimaryKeyConstraint(...))"),
        (column.foreign_keys, "ops.AddConstraint(table, sa.ForeignKeyConstraint(...))"),
        (column.unique, "ops.AddConstraint(table, sa.UniqueConstraint(...))"),
        (column.index, "ops.CreateIndex(name, table, [...])"),
        (column.constraints, "ops.AddConstraint(table, sa.CheckConstraint(...))"),
    ):
        if said:
            raise StateError(
                f"column {column.name!r} carries a key, constraint or index",
                hint=f"write {instead} after the column",
            )
    return column_state(column)


def default_state(default: Any) -> SqlExpression | None:
    """A server default as SQL: a plain string is a string literal, as in SQLAlchemy."""
    if default is None or isinstance(default, SqlExpression):
        return default
    if isinstance(default, sa.Computed | sa.Identity):
        return None
    if isinstance(default, sa.FetchedValue) and not isinstance(default, sa.DefaultClause):
        return None  # the database fills the column by means that SQLAlchemy was not told
    value = default.arg if isinstance(default, sa.DefaultClause) else default
    return SqlExpression.literal(value) if isinstance(value, str) else SqlExpression.of(value)


def computed_state(computed: sa.Computed | ComputedState) -> ComputedState:
    """A computed column's expression."""
    if isinstance(computed, ComputedState):
        return computed
    return ComputedState(SqlExpression.of(computed.sqltext), computed.persisted)


def identity_state(identity: sa.Identity | IdentityState) -> IdentityState:
    """An identity column's options, those that were given."""
    if isinstance(identity, IdentityState):
        return identity
    given = ((name, getattr(identity, name, None)) for name in IDENTITY_OPTIONS)
    return IdentityState(bool(identity.always), tuple(sorted((k, v) for k, v in given if v is not None)))


def primary_key_state(key: sa.PrimaryKeyConstraint | PrimaryKeyState) -> PrimaryKeyState:
    """A primary key."""
    if isinstance(key, PrimaryKeyState):
        return key
    return PrimaryKeyState(_column_names(key), _text(key.name), freeze_options(key.dialect_kwargs))


def constraint_state(
    constraint: sa.Constraint | ConstraintState, table: str, columns: Iterable[str] = ()
) -> ConstraintState:
    """A unique, foreign-key or check constraint of the table called `table`."""
    if isinstance(constraint, UniqueState | ForeignKeyState | CheckState):
        return constraint
    name, options = _text(constraint.name), freeze_options(constraint.dialect_kwargs)
    if isinstance(constraint, sa.ForeignKeyConstraint):
        return _foreign_key_state(constraint, table, name, options)
    if isinstance(constraint, sa.CheckConstraint):
        columns = tuple(columns)
        expression = SqlExpression.of(constraint.sqltext).spelled_like(columns)
        return CheckState(name or naming.check_name(table, expression.text, columns), expression, options)
    if isinstance(constraint, sa.UniqueConstraint):
        names = _column_names(constraint)
        return UniqueState(
            name or naming.unique_name(table, names),
            names,
            constraint.deferrable,
            constraint.initially,
            options,
        )
    raise UnsupportedError(
        f"constraint {name or ''} of table {table} is a {type(constraint).__name__}, which is not supported yet",
        hint="create it with ops.RunSQL and leave it out of the models",
    )


def index_state(index: sa.Index) -> IndexState:
    """An index; raises ModelsError for one without columns or without a name."""
    if not index.expressions:
        raise ModelsError(f"index {index.name} of table {index.table} has no columns", hint="name at least one column")
    if index.name is None:
        raise ModelsError(
            f"an index of table {index.table} has no name",
            hint="name it, or give the MetaData a naming convention for ix",
        )
    elements = tuple(index_element(e) for e in index.expressions)
    return IndexState(str(index.name), elements, bool(index.unique), freeze_options(index.dialect_kwargs))


def index_element(element: Any) -> str | SqlExpression:
    """A column's name, or an expression spelled as an index wants it: with parentheses unless it is a call."""
    if isinstance(element, str | SqlExpression):
        return element
    if isinstance(element, sa.Column):
        return str(element.name)
    return SqlExpression.of(element.self_group() if hasattr(element, "self_group") else element)


def _constraints(table: sa.Table) -> Iterator[ConstraintState]:
    """The table's constraints in a stable order: SQLAlchemy keeps them in a set."""
    # A CHECK written inside a Column belongs to the column alone as far as SQLAlchemy is concerned.
    on_columns = [c for column in table.columns for c in column.constraints]
    found = [
        constraint_state(c, str(table.name), [col.name for col in table.columns])
        for c in [*table.constraints, *on_columns]
        if not isinstance(c, sa.PrimaryKeyConstraint) and not getattr(c, "_type_bound", False)
    ]
    yield from sorted(found, key=lambda c: (type(c).__name__, c.name))


def _keep(items: dict[str, Any], item: Any, table: sa.Table) -> None:
    if items.get(item.name, item) != item:
        raise ModelsError(f"table {table.key} has two different constraints or indexes called {item.name!r}")
    items[item.name] = item


def _foreign_key_state(
    constraint: sa.ForeignKeyConstraint, table: str, name: str | None, options: Options
) -> ForeignKeyState:
    columns = tuple(str(key) for key in constraint.column_keys)
    if getattr(constraint, "parent", None) is not None:  # set only once a table takes it
        columns = tuple(str(column.name) for column in constraint.columns)
    targets = [_target(element, column) for element, column in zip(constraint.elements, columns, strict=True)]
    target = targets[0][0]
    return ForeignKeyState(
        name=name or naming.foreign_key_name(table, columns, target),
        columns=columns,
        target=target,
        target_columns=tuple(column for _, column in targets),
        ondelete=constraint.ondelete,
        onupdate=constraint.onupdate,
        deferrable=constraint.deferrable,
        initially=constraint.initially,
        match=constraint.match,
        options=options,
    )


def _target(element: sa.ForeignKey, column: str) -> tuple[str, str]:
    """The table key and column name that a foreign key points to, resolved where the MetaData can."""
    try:
        return element.column.table.key, str(element.column.name)
    except (sa.exc.NoReferenceError, sa.exc.InvalidRequestError):
        # The target lives in another MetaData, or the key stands alone in a revision file.
        table, _, target_column = element.target_fullname.rpartition(".")
        return (table, target_column) if table else (target_column, column)


def _column_names(constraint: Any) -> tuple[str, ...]:
    names = tuple(str(column.name) for column in constraint.columns)
    # A constraint that stands alone in a revision file keeps its columns pending until a table takes it.
    return names or tuple(str(getattr(c, "name", c)) for c in constraint._pending_colargs)  # noqa: SLF001


def _text(name: Any) -> str | None:
    """A name as plain text; SQLAlchemy marks "no name" by None or by an enum member."""
    return str(name) if isinstance(name, str) else None
