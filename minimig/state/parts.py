"""The parts of a table as frozen values: columns, keys, constraints, indexes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from minimig.state.values import SqlExpression, SqlType

Options = tuple[tuple[str, Any], ...]
"""Dialect options as sorted pairs, for example `(("mysql_engine", "InnoDB"),)`; values are plain or SqlExpression."""

DDL_IF = "ddl_if"
"""The option of a constraint or index that holds the dialects on which it is made; see `conditional`."""


@dataclass(frozen=True)
class ComputedState:
    """GENERATED ALWAYS AS (expression); `persisted` None means the database's own choice."""

    expression: SqlExpression
    persisted: bool | None = None


@dataclass(frozen=True)
class IdentityState:
    """GENERATED AS IDENTITY with the sequence's options as sorted pairs, those that were given."""

    always: bool = False
    options: Options = ()


@dataclass(frozen=True)
class ColumnState:
    """One column. `default` is the server's default; Python-side defaults are not part of a schema.

    But for one: `sequence` is the key (`shop.order_seq`) of a sequence that SQLAlchemy draws from when it inserts,
    where the database has sequences. Such a column does not number itself.
    """

    name: str
    type: SqlType
    nullable: bool = True
    default: SqlExpression | None = None
    comment: str | None = None
    computed: ComputedState | None = None
    identity: IdentityState | None = None
    autoincrement: bool | str = "auto"
    options: Options = ()
    sequence: str | None = None


@dataclass(frozen=True)
class PrimaryKeyState:
    """The primary key. A name of None means the one the database gives by itself."""

    columns: tuple[str, ...]
    name: str | None = None
    options: Options = ()
    deferrable: bool | None = None
    initially: str | None = None


@dataclass(frozen=True)
class UniqueState:
    """A UNIQUE constraint."""

    kind: ClassVar[Literal["unique"]] = "unique"
    name: str
    columns: tuple[str, ...]
    deferrable: bool | None = None
    initially: str | None = None
    options: Options = ()


@dataclass(frozen=True)
class ForeignKeyState:
    """A FOREIGN KEY; `target` is the key of the table it points to (`schema.table` or `table`)."""

    kind: ClassVar[Literal["foreign_key"]] = "foreign_key"
    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    ondelete: str | None = None
    onupdate: str | None = None
    deferrable: bool | None = None
    initially: str | None = None
    match: str | None = None
    options: Options = ()


@dataclass(frozen=True)
class CheckState:
    """A CHECK constraint."""

    kind: ClassVar[Literal["check"]] = "check"
    name: str
    expression: SqlExpression
    options: Options = ()


@dataclass(frozen=True)
class ExcludeState:
    """PostgreSQL's EXCLUDE: no two rows for which each operator holds between their values of its element.

    Access method, predicate and operator classes are options, as they are of the index that does the work:
    `postgresql_using` ("gist" when there is none), `postgresql_where`, `postgresql_ops`.
    """

    kind: ClassVar[Literal["exclude"]] = "exclude"
    name: str
    elements: tuple[tuple[str | SqlExpression, str], ...]
    deferrable: bool | None = None
    initially: str | None = None
    options: Options = ()


ConstraintState = UniqueState | ForeignKeyState | CheckState | ExcludeState


@dataclass(frozen=True)
class IndexState:
    """An index over columns (given by name) and expressions.

    `concurrently` is how it is to be built on PostgreSQL, not what it is: two indexes that differ in nothing else are
    the same.
    """

    name: str
    elements: tuple[str | SqlExpression, ...]
    unique: bool = False
    options: Options = ()
    concurrently: bool = field(default=False, compare=False)
