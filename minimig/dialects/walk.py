"""Walking along a table by its key, some rows at a time, and changing them on the way.

In: a table as it is at that point, the columns that tell its rows apart, what to set and where. Out: statements. The
next batch begins behind the last key of the one before (keyset pagination): OFFSET would read everything again, and
miss rows when others are deleted meanwhile. Keys are compared by the database, in the collation of the column, never
here. A key travels through the journal as text: see `key_text`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

from minimig.dialects.literals import inlined, literal_dialect
from minimig.dialects.offenders import in_words
from minimig.errors import UnsupportedError
from minimig.state.to_metadata import sa_expression
from minimig.state.values import SqlExpression

Place = tuple[Any, ...]
"""The values of a key, in the order of its columns."""

KEY_TYPES = (sa.Integer, sa.String, sa.Uuid, sa.Date, sa.DateTime, sa.LargeBinary, sa.BINARY, sa.VARBINARY)
"""Types whose values have an order, the same one for ORDER BY and for a comparison, and come back as they went out."""

_ROW_VALUES = frozenset({"postgresql", "sqlite"})
"""Databases that compare (a, b) > (1, 2) by an index; MySQL does so only where it is spelled out."""


def plain_type(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """What a type of the project's own is stored as."""
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    return type_


def can_be_walked(type_: TypeEngine[Any]) -> bool:
    """Whether a column of this type can lead along a table; an enum is ordered in one way and compared in another."""
    plain = plain_type(type_)
    return isinstance(plain, KEY_TYPES) and not isinstance(plain, sa.Enum)


@dataclass(frozen=True)
class Walk:
    """Rows of a table by a key, and what is set in them.

    `share` is the pause behind a batch, as a share of its time; `by_rows` the form in which keys are compared.
    """

    table: sa.Table
    key: tuple[str, ...]
    values: Mapping[str, Any]
    where: SqlExpression | None
    batch: int
    share: float
    by_rows: bool = False

    def count(self) -> sa.Select[Any]:
        """How many rows there are to change."""
        return sa.select(sa.func.count()).select_from(self.table).where(*self._where())

    def without_key(self) -> sa.Select[Any]:
        """A row whose key is not complete; SQLite lets a primary key be NULL."""
        unknown = sa.or_(*(column.is_(None) for column in self._columns()))
        return sa.select(sa.literal_column("1")).select_from(self.table).where(unknown, *self._where()).limit(1)

    def next_keys(self, behind: Place | None) -> sa.Select[Any]:
        """The keys of the next batch, in order."""
        columns = self._columns()
        condition = () if behind is None else (self._compared(behind, "gt"),)
        return sa.select(*columns).where(*condition, *self._where()).order_by(*columns).limit(self.batch)

    def update(self, behind: Place | None, last: Place) -> sa.Update:
        """Change all rows behind one key, up to and with another."""
        condition = () if behind is None else (self._compared(behind, "gt"),)
        return self.whole().where(*condition, self._compared(last, "le"))

    def whole(self) -> sa.Update:
        """Change all rows at once."""
        pairs = [(self.table.c[name], _value(value)) for name, value in self.values.items()]
        return sa.update(self.table).ordered_values(*pairs).where(*self._where())

    def digest(self, dialect: sa.Dialect) -> str:
        """What tells this walk from another one: not the size of its batches, which may change on the way."""
        try:
            text = inlined(self.whole(), None, literal_dialect(dialect))
        except UnsupportedError:
            text = f"{self.whole()} {sorted(map(repr, self.values.items()))}"
        return hashlib.sha256(f"{text} BY {self.key}".encode()).hexdigest()[:40]

    def _columns(self) -> list[sa.ColumnElement[Any]]:
        return [sa.type_coerce(self.table.c[name], plain_type(self.table.c[name].type)) for name in self.key]

    def _where(self) -> tuple[Any, ...]:
        if self.where is None:
            return ()
        bare = self.where.element is None or isinstance(self.where.element, sa.TextClause)
        return (sa_expression(SqlExpression(f"({self.where.text})") if bare else self.where),)

    def _compared(self, place: Place, how: str) -> Any:
        """The rows whose key comes behind (`gt`) a place, or up to it (`le`)."""
        columns = self._columns()
        bound = [sa.bindparam(None, value, type_=column.type) for column, value in zip(columns, place, strict=True)]
        if self.by_rows and len(columns) > 1:
            one, other = sa.tuple_(*columns), sa.tuple_(*bound)
            return one > other if how == "gt" else one <= other
        return _in_order(columns, bound, how)


def walk_of(table: sa.Table, dialect: sa.Dialect, **rest: Any) -> Walk:
    """A walk, its comparisons in the form that the dialect answers from an index."""
    return Walk(table, by_rows=dialect.name in _ROW_VALUES, **rest)


def _in_order(columns: Sequence[Any], bound: Sequence[Any], how: str) -> Any:
    """`(a, b) > (1, 2)` spelled out: `a > 1 OR (a = 1 AND b > 2)`."""
    column, value = columns[0], bound[0]
    if len(columns) == 1:
        return column > value if how == "gt" else column <= value
    first = column > value if how == "gt" else column < value
    return sa.or_(first, sa.and_(column == value, _in_order(columns[1:], bound[1:], how)))


def _value(value: Any) -> Any:
    return sa_expression(value) if isinstance(value, SqlExpression) else value


# --- a key as text ----------------------------------------------------------------------------------------------------

_NAMED: tuple[tuple[str, type, Any, Any], ...] = (
    ("uuid", uuid.UUID, str, uuid.UUID),
    ("datetime", dt.datetime, dt.datetime.isoformat, dt.datetime.fromisoformat),
    ("date", dt.date, dt.date.isoformat, dt.date.fromisoformat),
    ("bytes", bytes, bytes.hex, bytes.fromhex),
)


def key_text(place: Place) -> list[Any]:
    """A key as JSON can hold it, exactly: numbers and texts as they are, the rest by name."""
    return [_told(value) for value in place]


def key_of(told: Sequence[Any]) -> Place:
    """The key that `key_text` told of."""
    return tuple(_meant(value) for value in told)


def key_words(place: Place) -> str:
    """A key for people."""
    return ", ".join(map(in_words, place))


def _told(value: Any) -> Any:
    for name, kind, told, _ in _NAMED:
        if isinstance(value, kind):
            return {name: told(value)}
    return value


def _meant(value: Any) -> Any:
    if isinstance(value, dict):
        return next(meant(value[name]) for name, _, _, meant in _NAMED if name in value)
    return value
