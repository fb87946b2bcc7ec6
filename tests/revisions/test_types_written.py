"""Column types of every make are written so that the file leads to the same column, or are refused."""

from __future__ import annotations

import datetime as dt
import functools
import ipaddress
import re
import sys
from decimal import Decimal
from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite

from minimig import ops
from minimig.autogenerate.autodetector import diff
from minimig.errors import MinimigError, StateError, WriterError
from minimig.revisions.difference import difference
from minimig.revisions.migration import NewMigration
from minimig.revisions.serializer import Serializer
from minimig.revisions.serializers_base import Writing
from minimig.revisions.serializers_layout import call
from minimig.revisions.writer import render
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from minimig.state.values import Reference
from support import types_to_write as own

HERE = "support.types_to_write"


def models(type_: Any, *more: Any) -> SchemaState:
    """Models with one column of this type."""
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("c", type_), *more)
    return from_metadata(metadata)


def file_of(state: SchemaState, serializer: Serializer | None = None) -> str:
    """The file that leads to a state, which is read back before it is handed out."""
    operations = tuple(diff(SchemaState(), state))
    return render(NewMigration("app", "0001_initial", up=operations), serializer=serializer)


def written(type_: Any) -> str:
    """How the file writes a column's type, in one line."""
    source, _ = Serializer().operations_source([ops.AlterColumn("t", "c", type=type_)])
    file_of(models(type_))  # reads it back
    line = " ".join(source.split())
    inside = re.fullmatch(r"\[ ops\.AlterColumn\( ?\"t\", \"c\", type=(.*?),? ?\), \]", line)
    assert inside, line
    return inside[1].replace("( ", "(").replace(", )", ")").replace("{ ", "{").replace(" }", "}")


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (own.Shape(), f"{HERE}.Shape"),
        (own.Shape("LINE", 4326, spatial_index=False), f'{HERE}.Shape("LINE", 4326, spatial_index=False)'),
        (own.Coded(), f"{HERE}.Coded"),
        (own.Coded(30), f"{HERE}.Coded(length=30)"),
        (own.Coded(length=30, code=own.coder), f"{HERE}.Coded(code={HERE}.coder, length=30)"),
        (own.Fixed("k"), f'{HERE}.Fixed("k")'),
        (own.Fixed("k", collation="C"), f'{HERE}.Fixed("k", collation="C")'),
        (own.Encrypted("k"), f'{HERE}.Encrypted("k")'),
        (own.LongAddress(), f"{HERE}.LongAddress"),
        (sa.ARRAY(own.Coded(3)), f"sa.ARRAY({HERE}.Coded(length=3))"),
        (own.Anything(own.Shape()), f"{HERE}.Anything({HERE}.Shape())"),
        (own.Anything([1, (2,)]), f"{HERE}.Anything([1, (2,)])"),
        (own.Anything({"a": sa.String(3)}), f'{HERE}.Anything({{"a": sa.String(3)}})'),
        (own.Anything(own.Size(1, "m")), f'{HERE}.Anything({HERE}.Size(1, "m"))'),
        (own.Anything(own.Limits(1)), f"{HERE}.Anything({HERE}.Limits(low=1, high=9))"),
        (own.Anything(own.Status.LIVE), f"{HERE}.Anything({HERE}.Status.LIVE)"),
        (own.Anything(functools.partial(own.coder, 3)), f"{HERE}.Anything(functools.partial({HERE}.coder, 3))"),
        (own.Anything(Decimal("NaN")), f'{HERE}.Anything(decimal.Decimal("NaN"))'),
        (own.Anything(float("nan")), f'{HERE}.Anything(float("nan"))'),
        (own.Anything(re.compile("a+", re.IGNORECASE)), f'{HERE}.Anything(re.compile("a+", re.RegexFlag.IGNORECASE))'),
        (own.Anything(ipaddress.ip_network("10.0.0.0/8")), f'{HERE}.Anything(ipaddress.IPv4Network("10.0.0.0/8"))'),
        (own.Anything(Fraction(1, 3)), f'{HERE}.Anything(fractions.Fraction("1/3"))'),
        (own.Anything(1 + 2j), f"{HERE}.Anything(complex(1.0, 2.0))"),
        (own.Anything(slice(1, None)), f"{HERE}.Anything(slice(1, None, None))"),
        (own.Anything(...), f"{HERE}.Anything(...)"),
        (own.Anything(bytearray(b"x")), f'{HERE}.Anything(bytearray(b"x"))'),
        (own.Anything(list[int]), f"{HERE}.Anything(list[int])"),
        (own.Anything(dict[str, own.Size] | None), f"{HERE}.Anything(dict[str, {HERE}.Size] | None)"),
        (own.Anything(str.upper), f"{HERE}.Anything(str.upper)"),
        (own.Anything(own), f"{HERE}.Anything({HERE})"),
        (own.Anything(re), f"{HERE}.Anything(re)"),
        (own.Anything(own.Hidden), f"{HERE}.Anything({HERE}.Hidden)"),
        (own.Anything(dt.timezone(dt.timedelta(hours=2))), None),
        (
            own.Anything(postgresql.Range(1, 2)),
            f'{HERE}.Anything(postgresql.Range(lower=1, upper=2, bounds="[)", empty=False))',
        ),
        (sa.Enum(own.Status), 'sa.Enum("DRAFT", "LIVE", name="status")'),
        (
            sa.Enum(own.Status, values_callable=lambda cls: [m.value for m in cls]),
            'sa.Enum("draft", "live", name="status")',
        ),
        (mysql.SET("a", "b", charset="utf8mb4"), 'mysql.SET("a", "b", charset="utf8mb4")'),
        (mysql.SET("a", retrieve_as_bitwise=True), 'mysql.SET("a", retrieve_as_bitwise=True)'),
        (mysql.ENUM("a", "b", charset="utf8mb4"), 'mysql.ENUM("a", "b", charset="utf8mb4")'),
        (postgresql.HSTORE(text_type=sa.String(3)), "postgresql.HSTORE(sa.String(3))"),
        (
            postgresql.JSONB(none_as_null=True, astext_type=sa.String(4)),
            "postgresql.JSONB(none_as_null=True, astext_type=sa.String(4))",
        ),
        (
            postgresql.DOMAIN("d", sa.String(3), not_null=True, check="VALUE > ''"),
            'postgresql.DOMAIN("d", sa.String(3), check=sa.text("VALUE > \'\'"), not_null=True)',
        ),
        (postgresql.TSTZMULTIRANGE(), "postgresql.TSTZMULTIRANGE"),
        (
            postgresql.ARRAY(postgresql.ENUM("a", name="q"), as_tuple=True, dimensions=2),
            'postgresql.ARRAY(postgresql.ENUM("a", name="q"), as_tuple=True, dimensions=2)',
        ),
        (sa.PickleType(impl=mysql.LONGBLOB), "sa.PickleType(impl=mysql.LONGBLOB)"),
        (sa.Interval(native=False, day_precision=4), "sa.Interval(native=False, day_precision=4)"),
        (mssql.VARBINARY("max", filestream=True), 'mssql.VARBINARY("max", filestream=True)'),
        (oracle.TIMESTAMP(local_timezone=True), "oracle.TIMESTAMP(local_timezone=True)"),
        (sqlite.DATETIME(storage_format="%(year)04d"), 'sqlite.DATETIME("%(year)04d")'),
        (
            sa.JSON().with_variant(own.Shape("LINE"), "postgresql").with_variant(own.Coded(3), "mysql"),
            (
                f'sa.JSON() .with_variant({HERE}.Coded(length=3), "mysql")'
                f' .with_variant({HERE}.Shape("LINE"), "postgresql")'
            ),
        ),
    ],
    ids=lambda value: None if isinstance(value, str) else type(value).__name__,
)
def test_types_are_written_with_their_arguments(type_: Any, text: str | None) -> None:
    """However a type keeps its arguments, the call that leads to it is written, and was read back before."""
    found = written(type_)
    assert text is None or found == text


@pytest.mark.parametrize(
    ("type_", "message"),
    [
        (own.Address(40), "Address is VARCHAR(50) instead of VARCHAR(40) on postgresql"),
        (own.Growing(3), "create table t (1 column), argument 1.columns['c'].type.args[0]: 5 instead of 4"),
        (own.Hidden(3), "type Hidden does not keep its argument 'size'"),
        (own.Failing("x"), "type Failing fails when it is asked for its argument 'backend': no such backend"),
        (own.Anything(own.Liar(3)), "a value of type support.types_to_write.Liar cannot be written"),
        (own.Anything(lambda: 1), "the function <lambda> has no name"),
    ],
)
def test_a_type_that_loses_an_argument_is_refused(type_: Any, message: str) -> None:
    """What a type cannot tell, or tells wrongly, is an error with a way out, and never a column of another kind."""
    with pytest.raises(MinimigError) as caught:
        file_of(models(type_))
    assert message in caught.value.message
    assert caught.value.hint


def test_an_unknown_value_is_refused_with_its_place() -> None:
    """The error says in which operation, column and argument the value stands, and how the serializer learns it."""
    operation = ops.AddColumn("t", sa.Column("c", own.Anything({"k": own.Liar(3)})))
    with pytest.raises(WriterError) as caught:
        render(NewMigration("app", "0001_initial", up=(operation,)))
    assert caught.value.where == "AddColumn (add column t.c), argument 2, column c, Anything, argument 1"
    assert "serializers=((Liar, function),)" in str(caught.value.hint)


def test_a_taught_value_is_written() -> None:
    """A rule of the project writes what minimig does not know, inside a type as everywhere else."""

    def liar(value: own.Liar, writing: Writing) -> Any:
        return call(writing.name(Reference(HERE, "Liar"), "the class"), writing.values([value.number]))

    assert f"{HERE}.Anything({HERE}.Liar(3))" in file_of(
        models(own.Anything(own.Liar(3))), Serializer([(own.Liar, liar)])
    )


def test_equality_that_lies_is_found_out() -> None:
    """A rule that loses something is noticed even where the class says that all its values are equal."""
    wrong = Serializer([(own.Liar, lambda _, writing: f"{writing.name(Reference(HERE, 'Liar'), 'it')}(4)")])
    with pytest.raises(WriterError, match=r"\['number'\]: 4 instead of 3"):
        file_of(models(own.Anything(own.Liar(3))), wrong)


def test_an_index_that_a_type_brings_along_is_written_once() -> None:
    """Where a type makes an index as soon as its column has a table, the file has it once and reads back."""
    state = models(own.IndexedShape())
    assert list(state["t"].indexes) == ["idx_t_c"]
    assert file_of(state).count("idx_t_c") == 1
    added = ops.AddColumn("u", sa.Column("c", own.IndexedShape()))
    assert "idx" not in render(NewMigration("app", "0002_c", up=(added,)))


def test_a_vanished_enum_class_leaves_the_file_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """An enum is written by its labels, so that the file stands when its class is renamed or removed."""
    text = file_of(models(sa.Enum(own.Status)))
    monkeypatch.delattr(own, "Status")
    assert "support" not in text
    exec(compile(text, "file", "exec"), {})


def test_a_module_that_no_other_process_finds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A type that is importable only because somebody put its module under another name is not written."""
    made = ModuleType("made_up_models")
    vars(made)["Money"] = type("Money", (own.Shape,), {"__module__": made.__name__})
    monkeypatch.setitem(sys.modules, made.__name__, made)
    with pytest.raises(WriterError, match="no such module is on the import path"):
        file_of(models(vars(made)["Money"]()))


def test_a_type_of_the_running_script_is_refused() -> None:
    """What is defined in `__main__` is another thing in the next process."""
    script = type("Money", (own.Shape,), {"__module__": "__main__"})
    with pytest.raises(WriterError, match="belongs to the script that is running"):
        file_of(models(script()))


@pytest.mark.parametrize(
    ("item", "place"),
    [
        (sa.CheckConstraint("a LIKE '%:x%'", name="ck"), "table t, CheckConstraint ck"),
        (sa.Index("ix", sa.func.f(sa.literal(dt.timedelta(3)))), "table t, index ix"),
        (sa.Column("d", sa.String(9), server_default=sa.literal(dt.timedelta(3))), "column t.d"),
    ],
)
def test_sql_that_cannot_be_kept_is_refused_with_its_place(item: Any, place: str) -> None:
    """An expression that has no plain SQL is an error which names the part of the table."""
    with pytest.raises(StateError) as caught:
        models(sa.Integer(), item)
    assert caught.value.where == place
    assert caught.value.hint


def test_a_fetched_value_says_nothing_of_the_schema() -> None:
    """FetchedValue tells SQLAlchemy that a trigger fills the column: no DDL, and no difference."""
    fetched = models(sa.Integer(), sa.Column("d", sa.Integer, sa.FetchedValue(), server_onupdate=sa.FetchedValue()))
    assert fetched == models(sa.Integer(), sa.Column("d", sa.Integer))


def test_columns_and_labels_among_the_options_are_written_by_name() -> None:
    """An option may hold a Column, an index expression may be labelled: the file has names and plain SQL."""
    column = sa.Column("d", sa.String)
    text = file_of(
        models(
            sa.Integer(),
            column,
            sa.Index(
                "ix", sa.func.lower(column).label("low"), postgresql_include=[column], postgresql_where=column > ""
            ),
            postgresql.ExcludeConstraint((column, "="), name="ex", where=column > "", using="gist"),
        )
    )
    assert 'postgresql_include=["d"]' in text
    assert 'sa.Index("ix", sa.text("lower(d)")' in " ".join(text.split()).replace("( ", "(")
    assert 'postgresql.ExcludeConstraint(("d", "="), name="ex", where=sa.text("d > \'\'"))' in text


@pytest.mark.parametrize(("one", "other"), [(1, True), (1, 1.0), ([1], (1,)), ({"a": 1}, {"a": 2}), ("a", "b")])
def test_values_that_differ_are_told_apart(one: Any, other: Any) -> None:
    """What Python takes for equal, and a file does not, differs."""
    assert difference(one, other)
    assert difference(one, one) is None
