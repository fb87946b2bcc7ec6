"""Column types with what a test has to know to put rows into them: values, defaults, CHECKs, what turns into what.

Row number `i` of every table holds `value(i)` in a column of this kind. So a foreign key between two columns of one
kind holds by itself, and a column that may be unique is unique.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from minimig.state.values import SqlExpression, SqlType

MOMENT = dt.datetime(2024, 1, 1, 10)  # noqa: DTZ001 - a column without a time zone
LABELS = ("draft", "done")


@dataclass(frozen=True)
class Kind:
    """A column type. `unique`: no two rows hold the same, and every database can index it."""

    type: SqlType
    value: Callable[[int], Any]
    fill: str
    """SQL for `value(1)`."""
    default: SqlExpression
    check: str = "{0} IS NOT NULL OR {0} IS NULL"
    unique: bool = True
    casts: frozenset[str] = frozenset()
    """Two kinds that share one of these words turn into each other, with the values above, and back."""
    databases: tuple[str, ...] = ("sqlite", "postgresql", "mariadb")
    computed: str | None = None
    """What an integer may be computed from it as."""
    lossless: bool = True
    """Whether a value that was turned into this kind and back is what it was."""


def _kind(type_: Any, value: Callable[[int], Any], fill: str, default: Any, *casts: str, **others: Any) -> Kind:
    given = SqlExpression.literal(default) if isinstance(default, str) else SqlExpression.of(default)
    return Kind(SqlType.of(type_), value, fill, given, casts=frozenset(casts), **others)


def _own(type_: Any, value: Callable[[int], Any], fill: str, default: Any, *casts: str, **others: Any) -> Kind:
    """A kind that PostgreSQL alone has, or that only it reports in other words."""
    return _kind(type_, value, fill, default, *casts, **{"databases": ("postgresql",), "unique": False, **others})


_NUMBER: dict[str, Any] = {"check": "{0} >= 0", "computed": "{0} + 1"}
_STRING: dict[str, Any] = {"check": "length({0}) > 0", "computed": "length({0})"}
_SEVEN = sa.text("7")

KINDS = (
    _kind(sa.Integer(), int, "1", _SEVEN, "number", "digits", "boolean", **_NUMBER),
    _kind(sa.BigInteger(), int, "1", "7", "number", "digits", **_NUMBER),
    _kind(sa.SmallInteger(), int, "1", _SEVEN, "number", "digits", **_NUMBER),
    _kind(sa.Integer().with_variant(sa.BigInteger(), "postgresql"), int, "1", _SEVEN, "number", "digits", **_NUMBER),
    _kind(sa.Numeric(10, 2), int, "1", sa.text("1.5"), "number", unique=False, check="{0} >= 0"),
    _kind(sa.Double(), float, "1", sa.text("0.5"), "number", unique=False, check="{0} >= 0"),
    _kind(sa.String(40), str, "'1'", "it's 100% :x", "digits", "label", "uuid", **_STRING),
    _kind(sa.String(80), str, "'1'", "", "digits", "label", "uuid"),
    _kind(sa.Text(), str, "'1'", 'so "it" is', "digits", "label", "json", unique=False, **_STRING),
    _kind(sa.Boolean(), lambda i: bool(i % 2), "true", sa.true(), "boolean", unique=False),
    _kind(sa.Boolean(create_constraint=True), lambda i: bool(i % 2), "true", sa.false(), "boolean", unique=False),
    _kind(sa.Date(), lambda i: MOMENT.date() + dt.timedelta(i), "'2024-01-02'", "2020-02-29", "moment", lossless=False),
    _kind(sa.DateTime(), lambda i: MOMENT + dt.timedelta(i), "'2024-01-02 10:00:00.000000'", sa.func.now(), "moment"),
    _kind(
        sa.DateTime(timezone=True),
        lambda i: MOMENT + dt.timedelta(i),
        "'2024-01-02 10:00:00.000000'",
        "2020-02-29 10:00:00",
        "moment",
    ),
    _kind(sa.Time(), lambda i: dt.time(10, i), "'10:01:00.000000'", "11:00:00", "time"),
    _kind(sa.JSON(), lambda i: {"n": i}, """'{"n": 1}'""", '{"a":  1}', "json", unique=False),
    _kind(sa.Uuid(), lambda i: uuid.UUID(int=i), f"'{1:032x}'", f"{7:032x}", "uuid", lossless=False),
    _kind(sa.LargeBinary(), lambda i: str(i).encode(), "'1'", "abc", unique=False),
    _kind(sa.Enum(*LABELS, name="status"), lambda i: LABELS[i % 2], "'done'", "draft", "label", unique=False),
    _kind(sa.Enum("new", *LABELS, name="status"), lambda i: LABELS[i % 2], "'done'", "done", "label", unique=False),
    _kind(
        sa.Enum(*LABELS, native_enum=False, create_constraint=True),
        lambda i: LABELS[i % 2],
        "'done'",
        "draft",
        "label",
        unique=False,
    ),
    _kind(
        postgresql.ARRAY(sa.Integer()),
        lambda i: [i],
        "'{1}'",
        "{}",
        "array",
        unique=False,
        databases=("postgresql",),
    ),
    _kind(
        postgresql.JSONB(),
        lambda i: {"n": i},
        """'{"n": 1}'""",
        "{}",
        "json",
        unique=False,
        databases=("postgresql",),
        lossless=False,
    ),
    _own(sa.Numeric(), int, "1", "-1.50", "number", check="{0} > -1 AND {0} <> '7.5'"),
    _own(sa.Float(24), float, "1", sa.text("'NaN'"), "number", check="{0} IS DISTINCT FROM 0.5"),
    _own(sa.BIGINT(), int, "1", sa.text("(extract(epoch from now()) * 1000)::bigint"), "number", **_NUMBER),
    _own(
        sa.VARCHAR(41), str, "'1'", sa.text("gen_random_uuid()"), "digits", check="{0} ~ '^[0-9]+$' OR {0} ILIKE 'x%'"
    ),
    _own(
        sa.String(40, collation="C"), str, "'1'", sa.text("upper('x' || 'y')"), "digits", check="{0} NOT IN ('a', 'b')"
    ),
    _own(sa.CHAR(3), str, "'1'", sa.text("'a'::bpchar"), check="{0} BETWEEN '0' AND 'z'"),
    _own(
        sa.TIMESTAMP(timezone=True),
        lambda i: MOMENT + dt.timedelta(i),
        "'2024-01-02 10:00:00'",
        sa.text("now() + interval '1 day'"),
        "moment",
        check="{0} > '2000-01-01'::date",
    ),
    _own(
        sa.TIMESTAMP(),
        lambda i: MOMENT + dt.timedelta(i),
        "'2024-01-02 10:00:00'",
        sa.text("timezone('utc', now())"),
        "moment",
        check="date_trunc('day', {0}) <= {0}",
    ),
    _own(
        postgresql.ARRAY(sa.String(9)),
        lambda i: [str(i)],
        "'{1}'",
        sa.text("ARRAY['a', 'it''s']"),
        check="cardinality({0}) < 9 AND NOT 'z' = ANY ({0})",
    ),
    _own(
        postgresql.INTERVAL(fields="DAY TO SECOND", precision=3),
        dt.timedelta,
        "'1 s'",
        "1 2:03:04",
        check="{0} >= '0 s'",
    ),
    _own(postgresql.INET(), lambda i: f"10.0.0.{i}", "'10.0.0.1'", "::1", check="NOT {0} << '192.168.0.0/16'"),
    _own(
        postgresql.DOMAIN("positive", sa.Integer, check="VALUE > -5 AND VALUE NOT IN (77, 78)"),
        int,
        "1",
        sa.text("3"),
        check="{0} IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)",
    ),
    _kind(mysql.INTEGER(unsigned=True), int, "1", _SEVEN, "number", "digits", databases=("mariadb",), **_NUMBER),
    _kind(sa.String(40, "utf8mb4_bin"), str, "'1'", "a\\", "digits", "label", databases=("mariadb",), **_STRING),
    _kind(sa.String(40, "NOCASE"), str, "'1'", "a\\", "digits", "label", databases=("sqlite",), **_STRING),
    _kind(mysql.MEDIUMTEXT(), str, "'1'", "it's\n\\", "digits", "label", databases=("mariadb",), unique=False),
    _kind(
        mysql.DATETIME(fsp=6),
        lambda i: MOMENT + dt.timedelta(i),
        "'2024-01-02 10:00:00.000000'",
        sa.text("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"),
        "moment",
        databases=("mariadb",),
    ),
    _kind(
        mysql.ENUM("a\\b", "it's", "c,d"),
        lambda i: ("a\\b", "c,d")[i % 2],
        "'c,d'",
        "it's",
        unique=False,
        databases=("mariadb",),
    ),
    _kind(mysql.SET("x", "y\\"), lambda i: ("x", "x,y\\")[i % 2], "'x'", "y\\", unique=False, databases=("mariadb",)),
    _kind(sa.BINARY(4), lambda i: b"%04d" % i, "'0001'", "abcd", databases=("mariadb",)),
)
BY_TYPE = {kind.type: kind for kind in KINDS}


def kind_of(type_: SqlType) -> Kind:
    """The kind of a column's type."""
    return BY_TYPE[type_]


NARROW: dict[str, Any] = {"label": sa.Enum, "json": sa.JSON, "boolean": sa.Boolean, "uuid": sa.Uuid}
"""Types that take only some of the values of those that they turn into."""


def converts(old: SqlType, new: SqlType) -> bool:
    """Whether rows survive it when a column of one type becomes one of the other, without being told how.

    Labels turn into strings and back, but not every string is a label; the same with JSON, booleans and UUIDs.
    """
    shared = BY_TYPE[old].casts & BY_TYPE[new].casts
    return old == new or any(word not in NARROW or isinstance(old.sa_type, NARROW[word]) for word in shared)
