"""Does a type hold all that another one held? Asked before a column's type changes, so that no value is lost unasked.

In go two types, out comes what may not fit, or None for a type that is as wide or wider. Types are looked at as every
database here could understand them: where one of them would lose something, there is a loss. Two enums are not
compared: `rules.enums` knows about labels.

Django and Alembic write the change and leave it to the database, which refuses a value or cuts it off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from minimig.autogenerate.families import family_of, plain
from minimig.state.values import SqlType

Type = TypeEngine[Any]


@dataclass(frozen=True)
class Loss:
    """What may not fit, in words; `silent` when databases round or cut it, where else they refuse it."""

    what: str
    silent: bool = False


def narrower(old: SqlType, new: SqlType) -> Loss | None:
    """What values of `old` may lose as values of `new`; None when all of them fit, on every dialect that is named."""
    olds, news = (type_.sa_type._variant_mapping for type_ in (old, new))  # noqa: SLF001 - nothing public tells them
    pairs = [(old.sa_type, new.sa_type)]
    pairs += [(olds.get(name, old.sa_type), news.get(name, new.sa_type)) for name in sorted({*olds, *news})]
    return next((loss for one, other in pairs if (loss := _loss(plain(one), plain(other)))), None)


def _loss(old: Type, new: Type) -> Loss | None:
    if isinstance(old, sa.ARRAY) and isinstance(new, sa.ARRAY):
        return _loss(plain(old.item_type), plain(new.item_type))
    families = {family_of(old), family_of(new)}
    if family_of(new) is sa.String or families == {sa.LargeBinary}:
        return _too_long(old, new)
    if families <= {sa.Boolean, sa.Integer, sa.Numeric}:
        return _number(old, new)
    if families <= {sa.DateTime, sa.Date, sa.Time}:
        return _moment(old, new)
    return None if len(families) == 1 else Loss(f"values that are no {new}")


# --- text -------------------------------------------------------------------------------------------------------------

_SIZES = {"TINYTEXT": 255, "TINYBLOB": 255, "MEDIUMTEXT": 2**24 - 1, "MEDIUMBLOB": 2**24 - 1}
"""What MySQL's types hold; its LONGTEXT is as good as unlimited, and TEXT stands for any database's text."""

_WIDTHS = {sa.Boolean: 5, sa.Date: 10, sa.Time: 21, sa.DateTime: 32, sa.Uuid: 36}
"""How many characters the values of a family may take when they are written out."""

_UNKNOWN = -1


def _width(type_: Type) -> int | None:
    """How long a value may be as text: None without a limit, `_UNKNOWN` when its text is not the value itself."""
    if isinstance(type_, sa.Enum):
        return max((len(label) for label in type_.enums), default=0)
    kind = family_of(type_)
    if kind in (sa.String, sa.LargeBinary):
        return _length(type_)
    if kind is sa.Integer:
        return max(len(str(bound)) for bound in _bounds(type_))
    if kind in (sa.Numeric, sa.JSON):
        return None
    return _WIDTHS.get(kind, _UNKNOWN)


def _length(type_: Type) -> int | None:
    return getattr(type_, "length", None) or _SIZES.get(type(type_).__name__)


def _too_long(old: Type, new: Type) -> Loss | None:
    width, room = _width(old), _length(new)
    binary = {family_of(old), family_of(new)} == {sa.LargeBinary, sa.String}
    if width == _UNKNOWN or binary:
        return Loss(f"values that are no {new}")
    if room is None or (width is not None and width <= room):
        return None
    return Loss(f"values longer than {room} {'bytes' if family_of(new) is sa.LargeBinary else 'characters'}")


# --- numbers ----------------------------------------------------------------------------------------------------------

_FLOAT_BITS, _DOUBLE_BITS = 24, 53


def _number(old: Type, new: Type) -> Loss | None:
    if isinstance(new, sa.Float):
        return _inexact(old, new)
    if family_of(new) is sa.Numeric:
        return _fixed(old, new)
    if family_of(new) is sa.Boolean:
        return None if family_of(old) is sa.Boolean else Loss("numbers other than 0 and 1", silent=True)
    whole, after_point = _digits(old)
    if after_point != 0:
        return Loss("digits after the point", silent=True)
    old_low, old_high = _bounds(old) if family_of(old) is not sa.Numeric else (1 - 10**whole, 10**whole - 1)
    low, high = _bounds(new)
    return None if low <= old_low and old_high <= high else Loss(f"numbers below {low} or above {high}")


def _fixed(old: Type, new: Type) -> Loss | None:
    (whole, after_point), (room, room_after_point) = _digits(old), _digits(new)
    if whole > room:
        return Loss(f"numbers of more than {room} digit{'' if room == 1 else 's'} before the point")
    if after_point > room_after_point:
        return Loss(f"more than {room_after_point} digit{'' if room_after_point == 1 else 's'} after the point", True)
    return None


def _inexact(old: Type, new: sa.Float[Any]) -> Loss | None:
    """A floating number: FLOAT is a double on PostgreSQL and half of one on MariaDB, so it is both."""
    room = _bits(new, _FLOAT_BITS)
    if isinstance(old, sa.Float):
        same = type(old) is type(new) and old.precision == new.precision
        fits = same or _bits(old, _DOUBLE_BITS) <= room
    elif family_of(old) is sa.Numeric:
        fits = sum(_digits(old)) <= _exact_digits(room)
    else:
        fits = max(abs(bound) for bound in _bounds(old)) <= 2**room
    return None if fits else Loss(f"more than {_exact_digits(room)} digits", silent=True)


def _exact_digits(bits: int) -> int:
    """How many decimal digits this many bits always keep."""
    return len(str(2**bits)) - 1


def _bits(type_: sa.Float[Any], unknown: int) -> int:
    if isinstance(type_, sa.Double):
        return _DOUBLE_BITS
    if isinstance(type_, sa.REAL):
        return _FLOAT_BITS
    return unknown if type_.precision is None else _FLOAT_BITS if type_.precision <= _FLOAT_BITS else _DOUBLE_BITS


def _digits(type_: Type) -> tuple[float, float]:
    """How many digits stand before the point and after it; infinitely many where there is no limit."""
    if family_of(type_) is not sa.Numeric:
        return max(len(str(abs(bound))) for bound in _bounds(type_)), 0
    precision = getattr(type_, "precision", None)
    if isinstance(type_, sa.Float) or precision is None:
        return math.inf, math.inf
    scale = getattr(type_, "scale", None) or 0
    return precision - scale, scale


def _bounds(type_: Type) -> tuple[int, int]:
    """The least and the greatest value of an integer type."""
    if family_of(type_) is sa.Boolean:
        return 0, 1
    bits = {"TINYINT": 8, "MEDIUMINT": 24}.get(type(type_).__name__, 32)
    bits = 64 if isinstance(type_, sa.BigInteger) else 16 if isinstance(type_, sa.SmallInteger) else bits
    if getattr(type_, "unsigned", False):
        return 0, 2**bits - 1
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


# --- dates and times --------------------------------------------------------------------------------------------------


def _moment(old: Type, new: Type) -> Loss | None:
    kinds = (family_of(old), family_of(new))
    if kinds == (sa.DateTime, sa.Date):
        return Loss("times of day", silent=True)
    if kinds[0] is not kinds[1]:
        return None if kinds == (sa.Date, sa.DateTime) else Loss(f"values that are no {new}")
    if getattr(old, "timezone", False) and not getattr(new, "timezone", False):
        return Loss("time zones", silent=True)
    if kinds[0] is not sa.Date and _fraction(old) > _fraction(new):
        return Loss("fractions of a second", silent=True)
    return None


def _fraction(type_: Type) -> int:
    """Digits of a second's fraction: MySQL's types have none unless they say so, all others have six."""
    if hasattr(type_, "fsp"):
        return int(type_.fsp or 0)
    precision = getattr(type_, "precision", None)
    return 6 if precision is None else int(precision)
