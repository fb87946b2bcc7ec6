"""The gate out: states become real SQLAlchemy tables.

Data migrations receive the tables as they were at their revision, and schema editors compile CREATE statements from
them. Every name is final here: it is marked so that no naming convention changes it again, and SQLAlchemy shortens it
when a dialect's limit is smaller.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.naming import conv

from minimig.state import naming
from minimig.state.conditional import conditioned
from minimig.state.options import Pairs
from minimig.state.parts import (
    DDL_IF,
    CheckState,
    ColumnState,
    ConstraintState,
    ExcludeState,
    IdentityState,
    IndexState,
    Options,
    UniqueState,
)
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression


def to_metadata(state: SchemaState) -> sa.MetaData:
    """A MetaData that holds every table of the state; foreign keys resolve between them."""
    metadata = sa.MetaData()
    for table in state.tables.values():
        sa_table(table, metadata)
    return metadata


def ddl_table(table: TableState, naming_convention: Mapping[Any, Any] | None = None) -> sa.Table:
    """One table on its own, for compiling DDL; the tables its foreign keys point to are only hinted at."""
    metadata = sa.MetaData(naming_convention=naming_convention)
    built = sa_table(table, metadata)
    targets: dict[str, dict[str, None]] = {}
    for key in table.foreign_keys:
        if key.target != table.key:
            targets.setdefault(key.target, {}).update(dict.fromkeys(key.target_columns))
    for target, columns in targets.items():
        schema, _, name = target.rpartition(".")
        sa.Table(name, metadata, *(sa.Column(c, sa.Integer) for c in columns), schema=schema or None)
    return built


def sa_table(table: TableState, metadata: sa.MetaData) -> sa.Table:
    """Build one table in `metadata`."""
    indexes = [sa_index(index) for index in table.indexes.values()]
    built = sa.Table(
        table.name,
        metadata,
        *(sa_column(column) for column in table.columns.values()),
        *_primary_key(table),
        *(sa_constraint(constraint) for constraint in table.constraints.values()),
        *indexes,
        schema=table.schema,
        comment=table.comment,
        info=dict(table.info),
        **thaw_options(table.options),
    )
    built.indexes.intersection_update(indexes)  # without those that a type brings along
    for constraint in built.constraints:
        if getattr(constraint, "_type_bound", False):
            column = next(iter(constraint.columns)).name  # type: ignore[attr-defined]
            given = constraint.name
            constraint.name = conv(given if isinstance(given, str) else naming.type_check_name(table.name, column))
    return built


def sa_column(column: ColumnState) -> sa.Column[Any]:
    """A new SQLAlchemy column that belongs to no table yet."""
    extra: list[Any] = []
    if column.computed:
        extra.append(sa.Computed(sa_expression(column.computed.expression), persisted=column.computed.persisted))
    if column.identity:
        extra.append(sa_identity(column.identity))
    if column.sequence:
        extra.append(sa_sequence(column.sequence))
    return sa.Column(
        column.name,
        column.type.copy(),
        *extra,
        nullable=column.nullable,
        server_default=None if column.default is None else sa_expression(column.default),
        comment=column.comment,
        autoincrement=column.autoincrement,  # type: ignore[arg-type]
        **thaw_options(column.options),
    )


def sa_identity(identity: IdentityState) -> sa.Identity:
    """A new SQLAlchemy identity that belongs to no column yet."""
    options = dict(identity.options)
    if hasattr(sa.Identity, "dialect_options"):  # their names from SQLAlchemy 2.1 on
        options.update({f"oracle_{name}": options.pop(name) for name in ("order", "on_null") if name in options})
    return sa.Identity(always=identity.always, **options)


def sa_sequence(key: str) -> sa.Sequence:
    """A new SQLAlchemy sequence, by its key, for drawing from it."""
    schema, _, name = key.rpartition(".")
    return sa.Sequence(name, schema=schema or None)


def sa_constraint(constraint: ConstraintState) -> sa.Constraint:
    """A new SQLAlchemy constraint that belongs to no table yet."""
    options = thaw_options(constraint.options)
    return conditioned(_sa_constraint(constraint, options), options.pop(DDL_IF, None))


def _sa_constraint(constraint: ConstraintState, said: dict[str, Any]) -> sa.Constraint:
    options = {name: value for name, value in said.items() if name != DDL_IF}
    if isinstance(constraint, CheckState):
        return sa.CheckConstraint(sa_expression(constraint.expression), name=conv(constraint.name), **options)
    if isinstance(constraint, UniqueState):
        return sa.UniqueConstraint(
            *constraint.columns,
            name=conv(constraint.name),
            deferrable=constraint.deferrable,
            initially=constraint.initially,
            **options,
        )
    if isinstance(constraint, ExcludeState):
        return postgresql.ExcludeConstraint(
            *((sa_element(element), operator) for element, operator in constraint.elements),
            name=conv(constraint.name),
            deferrable=constraint.deferrable,
            initially=constraint.initially,
            **{name.removeprefix("postgresql_"): value for name, value in options.items()},
        )
    return sa.ForeignKeyConstraint(
        constraint.columns,
        [f"{constraint.target}.{column}" for column in constraint.target_columns],
        name=conv(constraint.name),
        ondelete=constraint.ondelete,
        onupdate=constraint.onupdate,
        deferrable=constraint.deferrable,
        initially=constraint.initially,
        match=constraint.match,
        **options,
    )


def sa_index(index: IndexState) -> sa.Index:
    """A new SQLAlchemy index that belongs to no table yet."""
    elements = [sa_element(element) for element in index.elements]
    options = thaw_options(index.options)
    dialects = options.pop(DDL_IF, None)
    return conditioned(sa.Index(conv(index.name), *elements, unique=index.unique, **options), dialects)


def sa_element(element: str | SqlExpression) -> Any:
    """An element of an index: a column by name, or an expression."""
    return element if isinstance(element, str) else sa_expression(element)


def sa_expression(expression: SqlExpression) -> Any:
    """The expression as SQLAlchemy takes it; text is protected from being read as bind parameters."""
    element = expression.element
    if isinstance(element, sa.BindParameter) and isinstance(element.value, str):
        return element.value  # a string default: SQLAlchemy quotes it for the dialect
    return element if element is not None else sa.text(escape_colons(expression.text))


def escape_colons(sql: str, keep: Collection[str] = ()) -> str:
    """SQL for `sqlalchemy.text`, where only names in `keep` are parameters: other colons are escaped."""

    def escaped(match: re.Match[str]) -> str:
        return match[0] if match[0] == "::" or match[1] in keep else "\\" + match[0]

    return re.sub(r"::|:(\w*)", escaped, sql)


def thaw_options(options: Options) -> dict[str, Any]:
    """Dialect options as keyword arguments."""
    return {key: _thaw(value) for key, value in options}


def _thaw(value: Any) -> Any:
    if isinstance(value, SqlExpression):
        return sa_expression(value)
    if isinstance(value, Pairs):
        return {key: _thaw(item) for key, item in value}
    if isinstance(value, tuple):
        return [_thaw(item) for item in value]
    return value


def _primary_key(table: TableState) -> Iterator[sa.PrimaryKeyConstraint]:
    key = table.primary_key
    if key is not None:
        name = None if key.name is None else conv(key.name)
        yield sa.PrimaryKeyConstraint(
            *key.columns,
            name=name,
            deferrable=key.deferrable,
            initially=key.initially,
            **thaw_options(key.options),
        )
