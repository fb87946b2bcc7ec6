"""Operations as bytes: what comes out is what went in, to the last argument, and nothing else can come out."""

from __future__ import annotations

import operator
import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql

from minimig import ops, source
from minimig.autogenerate.autodetector import diff
from minimig.revisions.difference import difference
from minimig.revisions.packing import NotPackedError, pack, unpack
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression, SqlType
from support import schemas_to_write, values_to_write
from support import types_to_write as own
from support.schemas import dice, pairs


def step(connection: sa.Connection, tables: Any) -> None:
    """A data step."""


class Fragile(sa.types.UserDefinedType[Any]):
    """A type that cannot be pickled, and says so in a way of its own."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "fragile"

    def __reduce__(self) -> Any:
        raise ValueError("not this one")


def packed(value: Any) -> bytes:
    """The bytes of what can be packed."""
    found = pack(value)
    assert found is not None
    return found


@given(schemas_to_write.tables())
def test_a_table_comes_back_as_it_was(table: TableState) -> None:
    """With everything that a table can have; one that needs a type of the project is left to its file."""
    found = pack((ops.CreateTable(table),))
    if found is None:
        assert "support." in repr(table)
    else:
        assert difference(unpack(found), (ops.CreateTable(table),)) is None


@given(pairs(), st.data())
def test_operations_come_back_as_they_were(pair: tuple[SchemaState, SchemaState], data: st.DataObject) -> None:
    """Whatever a diff finds comes back the same, and says the same to a database."""
    before, after = pair
    operations = tuple(diff(before, after, questioner=dice(data)))
    found = unpack(packed(operations))
    assert difference(found, operations) is None
    assert [said(operation) for operation in found] == [said(operation) for operation in operations]


def said(operation: ops.Operation) -> list[str]:
    """The SQL of whatever stands in an operation, as PostgreSQL would be told it."""
    values = [value for value in walked(operation) if isinstance(value, SqlType | SqlExpression)]
    dialect = postgresql.dialect()
    return [v.compile(dialect) if isinstance(v, SqlExpression) else v.sa_type.compile(dialect) for v in values]


def walked(value: Any) -> Iterator[Any]:
    """A value and all that is in it."""
    yield value
    inside: Iterable[Any] = ()
    if is_dataclass(value):
        inside = [getattr(value, field.name) for field in fields(value)]
    elif isinstance(value, Mapping):
        inside = value.values()
    elif isinstance(value, list | tuple):
        inside = value
    for each in inside:
        yield from walked(each)


ELEMENTS = [
    sa.text("lower(title)"),
    sa.text(r"a \:\: b"),
    sa.func.now(),
    sa.func.coalesce(sa.column("a"), 1),
    sa.true(),
    sa.false(),
    sa.null(),
    sa.literal("it's"),
    sa.literal(3),
    sa.literal("x", sa.String(3)),
    sa.column("a") + sa.column("b"),
    sa.cast(sa.column("a"), sa.Integer),
    sa.case((sa.column("a") > 1, sa.literal("x")), else_=sa.literal("y")),
]


@pytest.mark.parametrize("element", ELEMENTS, ids=str)
def test_expressions_are_compiled_as_before(element: Any) -> None:
    """The SQLAlchemy object comes back, too: it is what each dialect is asked for."""
    operation = ops.CreateIndex("ix", "t", [element])
    (found,) = unpack(packed((operation,)))
    for dialect in (postgresql.dialect(), mysql.dialect()):
        assert found.index.elements[0].compile(dialect) == operation.index.elements[0].compile(dialect)


@pytest.mark.parametrize(
    "operation",
    [
        ops.RunPython(step),
        ops.AddColumn("t", sa.Column("c", own.Shape("LINE"))),
        ops.AddColumn("t", sa.Column("c", sa.JSON().with_variant(own.Coded(3), "mysql"))),
        values_to_write.Grant(values_to_write.Right.READ),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_is_the_projects_own_is_not_packed(operation: ops.Operation) -> None:
    """A function, a type, an operation of the project may be another one tomorrow."""
    assert pack((operation,)) is None


def test_a_type_that_holds_more_than_its_call_is_not_packed() -> None:
    """An attribute that was set behind the constructor's back would be lost."""
    type_ = sa.String(10)
    type_.__dict__["collation"] = "C"
    column = ops.AddColumn("t", sa.Column("c", type_)).column
    vars(column.type.sa_type)["length"] = 11
    assert pack((ops.AddColumn("t", column),)) is None


def test_equal_numbers_of_two_kinds_are_told_apart() -> None:
    """Python says that 10 is 10.0, and a database is told the one or the other."""
    for type_ in (sa.Numeric(10, 2), sa.Numeric(10.0, 2), sa.Numeric(10, 2, asdecimal=0)):  # type: ignore[call-overload]
        operation = ops.AddColumn("t", sa.Column("c", type_))
        (found,) = unpack(packed((operation,)))
        assert source([found]) == source([operation])
        assert said(found) == said(operation)


def test_a_type_that_fails_while_it_is_copied_is_left_to_its_file() -> None:
    """Whatever a package's type raises: what is kept is never needed."""
    assert pack((ops.CreateIndex("ix", "t", [sa.cast(sa.column("c"), Fragile())]),)) is None


@pytest.mark.parametrize(
    "named",
    [print, eval, sa.create_engine, sa.text, own.Status, pickle.Pickler, operator.call, sa.util.PluginLoader],
)
def test_nothing_else_is_unpacked(named: Any) -> None:
    """Bytes that name a function, or a class of others, are refused before it is looked at."""
    with pytest.raises(NotPackedError):
        unpack(pickle.dumps(named))


def test_no_module_is_imported_to_be_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing is running."""
    tmp_path.joinpath("strange_module.py").write_text("raise SystemExit\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(NotPackedError):
        unpack(b"cstrange_module\nthing\n.")
