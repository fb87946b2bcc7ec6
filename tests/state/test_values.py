"""Types and SQL text as comparable values."""

from __future__ import annotations

import enum
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from minimig.errors import StateError
from minimig.state.expressions import string_value
from minimig.state.values import Call, Reference, SqlExpression, SqlType


class Color(enum.Enum):
    """Stored by name."""

    RED = "r"
    BLUE = "b"


class Money(sa.types.TypeDecorator[int]):
    """A decorator that hands its arguments to what it wraps."""

    impl = sa.Numeric
    cache_ok = True


class Tagged(sa.types.TypeDecorator[str]):
    """A decorator with an argument of its own."""

    impl = sa.String(50)
    cache_ok = True

    def __init__(self, tag: str, *, strict: bool = False) -> None:
        super().__init__()
        self.tag = tag
        self.strict = strict


class Forgetful(sa.types.UserDefinedType[str]):
    """A type that does not keep what it was given."""

    cache_ok = True

    def __init__(self, length: int) -> None:
        pass


SAME = [
    (sa.String, sa.String()),
    (sa.String(80), sa.String(length=80)),
    (sa.Numeric(10, 2), sa.Numeric(scale=2, precision=10)),
    (sa.Enum(Color), sa.Enum("RED", "BLUE", name="color")),
    (sa.Boolean(), sa.Boolean(create_constraint=False)),
    (Money(10, 2), Money(10, scale=2)),
    (postgresql.ARRAY(sa.Integer), postgresql.ARRAY(sa.Integer())),
    (sa.String(9).with_variant(sa.Text(), "mysql"), sa.String(9).with_variant(sa.Text(), "mysql")),
]
DIFFERENT = [
    (sa.String(80), sa.String(81)),
    (sa.String(), sa.Text()),
    (sa.DateTime(), sa.DateTime(timezone=True)),
    (sa.Enum("a", "b", name="e"), sa.Enum("b", "a", name="e")),
    (sa.Enum("a", name="e"), sa.Enum("a", name="f")),
    (sa.Enum("a", name="e"), sa.Enum("a", name="e", native_enum=False)),
    (sa.String(9), sa.String(9).with_variant(sa.Text(), "mysql")),
    (Money(10, 2), Money(10, 3)),
    (Tagged("x"), Tagged("x", strict=True)),
    (postgresql.ARRAY(sa.Integer), postgresql.ARRAY(sa.BigInteger)),
    (sa.JSON(), postgresql.JSONB()),
    (mysql.INTEGER(), mysql.INTEGER(unsigned=True)),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_types(one: Any, other: Any) -> None:
    """However it was written, the same type is equal and hashes alike."""
    assert SqlType.of(one) == SqlType.of(other)
    assert hash(SqlType.of(one)) == hash(SqlType.of(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_types(one: Any, other: Any) -> None:
    """Whatever a database would store differently is not equal."""
    assert SqlType.of(one) != SqlType.of(other)


@pytest.mark.parametrize(
    "kind", [sa.Integer, sa.Text, sa.Boolean, sa.Float, sa.DateTime, mysql.BIGINT, postgresql.UUID]
)
def test_types_that_say_the_same_share_their_call(kind: Any) -> None:
    """What is compared most often is one object."""
    assert SqlType.of(kind()).call is SqlType.of(kind()).call


def test_a_call_is_shared_by_none_that_says_more() -> None:
    """Neither a variant, nor a class of somebody's own, nor a value that only equals another."""
    plain = SqlType.of(sa.String(1))
    assert SqlType.of(sa.String(1).with_variant(sa.Text(), "mysql")) != plain
    assert SqlType.of(type("Own", (sa.String,), {"__module__": "own"})(1)) != plain
    assert [type(arg) for arg in SqlType.of(sa.Numeric(10, 1)).call.args] == [int, int]
    assert SqlType.of(sa.Numeric(10, True)).call.kwargs == (("scale", True),)
    assert SqlType.of(sa.Numeric(10, 1)).call.kwargs == ()


def test_a_type_is_described_by_its_shortest_public_name() -> None:
    """SQLAlchemy's types by where people import them, one's own by their module."""
    assert SqlType.of(sa.String(80)).call == Call(Reference("sqlalchemy", "String"), (80,))
    assert SqlType.of(postgresql.JSONB()).call.target == Reference("sqlalchemy.dialects.postgresql", "JSONB")
    assert SqlType.of(Money(10, 2)).call == Call(Reference(__name__, "Money"), (10, 2))
    assert SqlType.of(Tagged("x", strict=True)).call == Call(Reference(__name__, "Tagged"), ("x",), (("strict", True),))


def test_a_type_that_cannot_be_described_is_an_error() -> None:
    """The error says which argument is lost, and what to do."""
    with pytest.raises(StateError, match="does not keep its argument 'length'") as caught:
        SqlType.of(Forgetful(3))
    assert "self.length" in str(caught.value.hint)

    class Local(sa.String):
        pass

    with pytest.raises(StateError, match="inside a function"):
        SqlType.of(Local())
    with pytest.raises(StateError, match="has no type"):
        SqlType.of(sa.types.NULLTYPE)


def test_a_wrapped_type_is_left_alone() -> None:
    """`of` takes what it gave."""
    wrapped = SqlType.of(sa.Integer)
    assert SqlType.of(wrapped) is wrapped


def test_types_that_listen_to_tables_are_copied() -> None:
    """Two columns never share an enum object; plain types may be shared."""
    shared = SqlType.of(sa.Enum("a", name="e"))
    assert shared.copy() is not shared.sa_type
    plain = SqlType.of(sa.Integer())
    assert plain.copy() is plain.sa_type


def test_expressions_are_equal_when_their_text_is() -> None:
    """SQLAlchemy's expressions compare by their generic SQL, without the table they came from."""
    table = sa.Table("t", sa.MetaData(), sa.Column("price", sa.Integer))
    assert SqlExpression.of(table.c.price > 0) == SqlExpression("price > 0")
    assert SqlExpression.of(sa.text("price > 0")) == SqlExpression.of("price > 0")
    assert SqlExpression.of(sa.true()).text == "true"


def test_expressions_that_say_the_same_are_compiled_once() -> None:
    """Text without parameters and constants are shared; a call with arguments is not the one without."""
    assert SqlExpression.of(sa.text("a > 0")) is SqlExpression.of(sa.text("a > 0"))
    assert SqlExpression.of(sa.true()) is SqlExpression.of(sa.true())
    assert [SqlExpression.of(sa.func.now(*args)).text for args in ((), (3,), ())] == ["now()", "now(3)", "now()"]
    assert SqlExpression.of(sa.text(r"a = '\:x'")).text == "a = ':x'"
    bound = sa.text("a > :least").bindparams(sa.bindparam("least", 5))
    assert [SqlExpression.of(each).text for each in (bound, sa.text("a > 5"))] == ["a > 5", "a > 5"]


def test_an_expression_is_compiled_for_a_dialect() -> None:
    """The object that was wrapped knows each dialect's words; plain text stays as it is."""
    now, yes = SqlExpression.of(sa.func.now()), SqlExpression.of(sa.true())
    assert now.compile(postgresql.dialect()) == "now()"
    assert now.compile(sqlite.dialect()) == "CURRENT_TIMESTAMP"
    assert (yes.compile(sqlite.dialect()), yes.compile(postgresql.dialect())) == ("1", "true")
    assert SqlExpression("a % 2").compile(mysql.dialect()) == "a % 2"
    assert SqlExpression.of(sa.column("a", sa.Integer) % 2).compile(mysql.dialect(paramstyle="format")) == "a % 2"


@pytest.mark.parametrize("value", ["draft", "it's", "", "100%", ":x", "a''b", 'q"q'])
def test_literals_survive(value: str) -> None:
    """A string becomes a SQL literal that reads back as the same string."""
    assert string_value(SqlExpression.literal(value).text) == value


def test_what_is_no_literal() -> None:
    """Only a plain string literal has a string value."""
    assert [string_value(sql) for sql in ("now()", "'a' || 'b'", "1", "'a")] == [None] * 4
