"""Which type changes may lose a value: a table of pairs, and the laws between them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from minimig.autogenerate.narrowing import Loss, narrower
from minimig.state.values import SqlType

Type = sa.types.TypeEngine[Any]


class Slug(sa.types.TypeDecorator[str]):
    """A decorated string."""

    impl = sa.String
    cache_ok = True


def loss(old: Type, new: Type) -> Loss | None:
    """What the change from one type to another may lose."""
    return narrower(SqlType.of(old), SqlType.of(new))


NARROWER = [
    (sa.String(80), sa.String(40), "values longer than 40 characters", False),
    (sa.Text(), sa.String(40), "values longer than 40 characters", False),
    (sa.String(), sa.String(40), "values longer than 40 characters", False),
    (sa.Unicode(9), sa.CHAR(8), "values longer than 8 characters", False),
    (Slug(80), sa.String(40), "values longer than 40 characters", False),
    (sa.Enum("draft", "live"), sa.String(4), "values longer than 4 characters", False),
    (sa.BigInteger(), sa.String(9), "values longer than 9 characters", False),
    (mysql.LONGTEXT(), mysql.TINYTEXT(), "values longer than 255 characters", False),
    (sa.LargeBinary(80), sa.LargeBinary(40), "values longer than 40 bytes", False),
    (sa.ARRAY(sa.Text), sa.ARRAY(sa.String(5)), "values longer than 5 characters", False),
    (sa.BigInteger(), sa.Integer(), "numbers below -2147483648 or above 2147483647", False),
    (sa.Integer(), sa.SmallInteger(), "numbers below -32768 or above 32767", False),
    (sa.Integer(), mysql.INTEGER(unsigned=True), "numbers below 0 or above 4294967295", False),
    (mysql.INTEGER(unsigned=True), sa.Integer(), "numbers below -2147483648 or above 2147483647", False),
    (mysql.MEDIUMINT(), mysql.TINYINT(), "numbers below -128 or above 127", False),
    (sa.Integer(), sa.Boolean(), "numbers other than 0 and 1", True),
    (sa.Numeric(10, 2), sa.Numeric(8, 2), "numbers of more than 6 digits before the point", False),
    (sa.Numeric(10, 4), sa.Numeric(10, 2), "more than 2 digits after the point", True),
    (sa.Numeric(10, 2), sa.Numeric(10, 4), "numbers of more than 6 digits before the point", False),
    (sa.Numeric(), sa.Numeric(10, 2), "numbers of more than 8 digits before the point", False),
    (sa.Integer(), sa.Numeric(5), "numbers of more than 5 digits before the point", False),
    (sa.Numeric(10, 2), sa.Integer(), "digits after the point", True),
    (sa.Numeric(12), sa.Integer(), "numbers below -2147483648 or above 2147483647", False),
    (sa.Float(), sa.Integer(), "digits after the point", True),
    (sa.Float(), sa.Numeric(10, 2), "numbers of more than 8 digits before the point", False),
    (sa.Numeric(20, 2), sa.Double(), "more than 15 digits", True),
    (sa.Double(), sa.REAL(), "more than 7 digits", True),
    (sa.Float(53), sa.Float(24), "more than 7 digits", True),
    (sa.BigInteger(), sa.Double(), "more than 15 digits", True),
    (sa.DateTime(timezone=True), sa.DateTime(), "time zones", True),
    (sa.Time(timezone=True), sa.Time(), "time zones", True),
    (sa.DateTime(), sa.Date(), "times of day", True),
    (sa.DateTime(), sa.Time(), "values that are no TIME", False),
    (mysql.DATETIME(fsp=6), mysql.DATETIME(), "fractions of a second", True),
    (postgresql.TIMESTAMP(), postgresql.TIMESTAMP(precision=3), "fractions of a second", True),
    (sa.String(40), sa.Integer(), "values that are no INTEGER", False),
    (sa.Text(), sa.DateTime(), "values that are no DATETIME", False),
    (sa.Text(), sa.JSON(), "values that are no JSON", False),
    (sa.Text(), sa.Enum("a", "b"), "values that are no VARCHAR(1)", False),
    (sa.LargeBinary(), sa.Text(), "values that are no TEXT", False),
    (sa.Integer(), sa.Date(), "values that are no DATE", False),
    (
        sa.Text().with_variant(sa.String(80), "mysql"),
        sa.Text().with_variant(sa.String(40), "mysql"),
        "values longer than 40 characters",
        False,
    ),
    (sa.Text(), sa.Text().with_variant(sa.String(40), "mysql"), "values longer than 40 characters", False),
]

WIDER: list[tuple[Type, Type]] = [
    (sa.String(40), sa.String(80)),
    (sa.String(40), sa.Text()),
    (sa.String(40), sa.String(40, collation="nocase")),
    (sa.String(40), Slug(40)),
    (sa.Text(), sa.UnicodeText()),
    (mysql.TINYTEXT(), sa.Text()),
    (sa.Enum("draft", "live"), sa.Enum("draft")),
    (sa.Enum("draft", "live"), sa.String(5)),
    (sa.Integer(), sa.String(11)),
    (sa.Integer(), sa.Text()),
    (sa.Uuid(), sa.String(36)),
    (sa.DateTime(), sa.Text()),
    (sa.JSON(), sa.Text()),
    (sa.JSON(), postgresql.JSONB()),
    (sa.SmallInteger(), sa.Integer()),
    (sa.Integer(), sa.BigInteger()),
    (sa.Boolean(), sa.Integer()),
    (sa.Integer(), sa.Numeric(10)),
    (sa.Integer(), sa.Numeric()),
    (sa.SmallInteger(), sa.Float()),
    (sa.Integer(), sa.Double()),
    (sa.Numeric(9), sa.Integer()),
    (sa.Numeric(8, 2), sa.Numeric(10, 2)),
    (sa.Numeric(8, 2), sa.Numeric(10, 4)),
    (sa.Numeric(10, 2), sa.Numeric()),
    (sa.Numeric(10, 2), sa.Numeric(10, 2, asdecimal=False)),
    (sa.Numeric(10, 2), sa.Double()),
    (sa.REAL(), sa.Double()),
    (sa.Float(), sa.Float(asdecimal=True)),
    (sa.DateTime(), sa.DateTime(timezone=True)),
    (sa.Date(), sa.DateTime()),
    (mysql.DATETIME(), mysql.DATETIME(fsp=6)),
    (sa.LargeBinary(40), sa.LargeBinary()),
    (sa.Interval(), sa.Interval(native=False)),
    (postgresql.DOMAIN("short", sa.String(40)), sa.String(40)),
    (sa.ARRAY(sa.Integer), sa.ARRAY(sa.BigInteger)),
]


@pytest.mark.parametrize(("old", "new", "what", "silent"), NARROWER)
def test_what_may_not_fit(old: Type, new: Type, what: str, silent: bool) -> None:
    """The loss is told in words, and whether a database would say so."""
    assert loss(old, new) == Loss(what, silent)


@pytest.mark.parametrize(("old", "new"), WIDER)
def test_what_fits_is_no_loss(old: Type, new: Type) -> None:
    """Widening, and changes that only the models know, lose nothing."""
    assert loss(old, new) is None


@pytest.mark.parametrize("type_", {str(pair[0]): pair[0] for pair in [*NARROWER, *WIDER]}.values())
def test_no_type_is_narrower_than_itself(type_: Type) -> None:
    """Whatever the type is."""
    assert loss(type_, type_) is None
