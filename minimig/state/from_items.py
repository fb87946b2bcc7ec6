"""The gate in for the parts of a table: SQLAlchemy's Column, Constraint and Index become states.

They come from a MetaData, or stand alone in a revision file, where no table has taken them yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import quoted_name

from minimig.errors import ModelsError, StateError, UnsupportedError
from minimig.state import naming
from minimig.state.conditional import condition
from minimig.state.options import freeze_options, given_options
from minimig.state.parts import (
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
from minimig.state.tables import table_key
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
    "on_null",
)


def column_state(column: sa.Column[Any]) -> ColumnState:
    """One column as a value; keys and indexes written on the column belong to its table."""
    try:
        type_ = SqlType.of(column.type)
    except StateError as error:
        # In models SQLAlchemy looks the type up in the other table, which a revision file does not have before it.
        hint = "give it the type of the column it points to" if column.foreign_keys else error.hint
        raise StateError(error.message, where=f"column {column}", hint=hint, code=error.code) from error
    return ColumnState(
        name=exact_name(column.name),
        type=type_,
        nullable=bool(column.nullable) and not column.primary_key,
        default=default_state(column.server_default),
        comment=column.comment or None,
        computed=None if column.computed is None else computed_state(column.computed),
        identity=None if column.identity is None else identity_state(column.identity),
        autoincrement=column.autoincrement,
        options=freeze_options(given_options(column)),
        sequence=drawn_from(column.default),
    )


def default_state(default: Any) -> SqlExpression | None:
    """A server default as SQL: a plain string is a string literal, as in SQLAlchemy."""
    if default is None or isinstance(default, SqlExpression):
        return default
    if isinstance(default, sa.Computed | sa.Identity):
        return None
    if isinstance(default, sa.FetchedValue) and not isinstance(default, sa.DefaultClause):
        return None  # the database fills the column by means that SQLAlchemy was not told
    value = default.arg if isinstance(default, sa.DefaultClause) else default
    if isinstance(value, sa.sql.functions.next_value):
        return next_value(str(value.sequence.name), plain_name(value.sequence.schema))
    return SqlExpression.literal(value) if isinstance(value, str) else SqlExpression.of(value)


def next_value(name: str, schema: str | None) -> SqlExpression:
    """The next value of a sequence, which each database that has sequences spells in a way of its own."""
    return SqlExpression.of(sa.Sequence(name, schema=schema).next_value())


def drawn_from(default: Any) -> str | None:
    """The key of the sequence that SQLAlchemy itself draws a column's values from.

    An optional sequence is for databases without a number of their own for each row, so it says nothing of the column.
    """
    if not isinstance(default, sa.Sequence) or default.optional:
        return None
    return table_key(str(default.name), plain_name(default.schema))


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
    name, options = plain_name(key.name), freeze_options(given_options(key))
    return PrimaryKeyState(_column_names(key), name, options, key.deferrable, key.initially)


def constraint_state(
    constraint: sa.Constraint | ConstraintState, table: str, columns: Iterable[str] = ()
) -> ConstraintState:
    """Any constraint but the primary key, of the table called `table` with these columns."""
    if isinstance(constraint, ConstraintState):
        return constraint
    name = plain_name(constraint.name)
    options = freeze_options({**given_options(constraint), **condition(constraint)})
    if isinstance(constraint, sa.ForeignKeyConstraint):
        return _foreign_key_state(constraint, table, name, options)
    if isinstance(constraint, sa.CheckConstraint):
        _refuse_deferred_check(constraint, table, name)
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
    if isinstance(constraint, postgresql.ExcludeConstraint):
        return _exclude_state(constraint, table, name, columns)
    raise UnsupportedError(
        f"constraint {name or ''} of table {table} is a {type(constraint).__name__}, which is not supported yet",
        hint="create it with ops.RunSQL and leave it out of the models",
    )


def index_state(index: sa.Index) -> IndexState:
    """An index, which has a name when no table has it; raises ModelsError for one without columns."""
    if not index.expressions:
        raise ModelsError(f"index {index.name} of table {index.table} has no columns", hint="name at least one column")
    elements = tuple(index_element(e) for e in index.expressions)
    name = plain_name(index.name) or _index_name(index.table, elements)
    return new_index(name, elements, unique=bool(index.unique), options={**given_options(index), **condition(index)})


def _index_name(table: Any, elements: tuple[str | SqlExpression, ...]) -> str:
    return naming.index_name(str(table.key), elements, [column.name for column in table.columns])


def new_index(
    name: str, elements: tuple[str | SqlExpression, ...], *, unique: bool, options: Mapping[str, Any]
) -> IndexState:
    """An index with the keyword options that `sqlalchemy.Index` takes."""
    what = {key: value for key, value in options.items() if key != "postgresql_concurrently"}
    concurrently = bool(options.get("postgresql_concurrently"))
    return IndexState(name, elements, unique, freeze_options(what), concurrently)


def index_element(element: Any) -> str | SqlExpression:
    """A column's name, or an expression spelled as an index wants it: with parentheses unless it is a call."""
    if isinstance(element, str | SqlExpression):
        return element
    if isinstance(element, sa.ColumnClause) and not element.is_literal:
        return str(element.name)
    return SqlExpression.of(element.self_group() if hasattr(element, "self_group") else element)


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


def _refuse_deferred_check(check: sa.CheckConstraint, table: str, name: str | None) -> None:
    if check.deferrable or check.initially:
        raise UnsupportedError(
            f"CHECK {name or check.sqltext} of table {table} is deferrable, which none of the databases here can do",
            hint="leave out deferrable and initially",
        )


def _exclude_state(constraint: Any, table: str, name: str | None, columns: Iterable[str]) -> ExcludeState:
    # SQLAlchemy has no public way to ask an ExcludeConstraint for its elements.
    elements = tuple((index_element(e), str(operator)) for e, _, operator in constraint._render_exprs)  # noqa: SLF001
    options = {
        "postgresql_ops": constraint.ops or None,
        "postgresql_using": None if constraint.using == "gist" else constraint.using,
        "postgresql_where": constraint.where,
        **condition(constraint),
    }
    return ExcludeState(
        name=name or naming.exclude_name(table, [element for element, _ in elements], columns),
        elements=elements,
        deferrable=constraint.deferrable,
        initially=constraint.initially,
        options=freeze_options(options),
    )


def _target(element: sa.ForeignKey, column: str) -> tuple[str, str]:
    """The table key and column name that a foreign key points to, resolved where the MetaData can."""
    try:
        target = element.column.table
        if "." in target.name:
            raise StateError(
                f"a foreign key points to table {target.name!r}, whose name has a dot in it",
                hint="rename that table: nobody could tell it from a table of another schema",
            )
        return target.key, str(element.column.name)
    except (sa.exc.NoReferenceError, sa.exc.InvalidRequestError):
        # The target lives in another MetaData, or the key stands alone in a revision file.
        table, _, target_column = element.target_fullname.rpartition(".")
        return (table, target_column) if table else (target_column, column)


def _column_names(constraint: Any) -> tuple[str, ...]:
    names = tuple(str(column.name) for column in constraint.columns)
    # A constraint that stands alone in a revision file keeps its columns pending until a table takes it.
    return names or tuple(str(getattr(c, "name", c)) for c in constraint._pending_colargs)  # noqa: SLF001


def exact_name(name: str) -> str:
    """A table's or column's name, which is kept exactly as it is written. Raises StateError for one that is not.

    SQLAlchemy's `quote=False` lets the database fold `Books` to its own case; a state could not say what came of it.
    """
    if isinstance(name, quoted_name) and name.quote is False and name != name.lower():
        raise StateError(
            f"the name {str(name)!r} is marked as never quoted, so that a database may keep it in another case",
            hint="write the name as the database has it, without quote=False: it is quoted where it must be",
        )
    return str(name)


def plain_name(name: Any) -> str | None:
    """A name as plain text; SQLAlchemy marks "no name" by None or by an enum member."""
    return str(name) if isinstance(name, str) else None
