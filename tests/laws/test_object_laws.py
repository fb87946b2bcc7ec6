"""The laws for objects beside the tables: any two states of a small world, with names that meet on purpose."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minimig import ops
from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.optimizer import optimize
from minimig.operations.chain import reversed_operations, states
from minimig.revisions.serializer import operations_source
from minimig.state.definition import Definition
from minimig.state.objects import CustomState, FunctionState, ObjectState, TriggerState, ViewState
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression, SqlType

import sqlalchemy as sa  # isort: skip

TABLES = ("a", "b", "v")
TEXTS = (
    "SELECT 1 AS one",
    "SELECT * FROM a",
    "SELECT x FROM b",
    "SELECT y FROM v",
    "SELECT f(x) FROM a\nJOIN b USING (x)",
)


def column(name: str, type_: type[sa.types.TypeEngine[object]], default: str | None) -> ColumnState:
    """A column, perhaps with a default that calls a function."""
    return ColumnState(name, SqlType.of(type_), default=None if default is None else SqlExpression(default))


@st.composite
def worlds(draw: st.DrawFn) -> SchemaState:
    """Some tables with some columns; views, functions, triggers and a policy over them, in no circle."""
    tables = []
    for name in draw(st.sets(st.sampled_from(TABLES))):
        names = sorted(draw(st.sets(st.sampled_from("xyz"), min_size=1)))
        types = st.sampled_from((sa.Integer, sa.String))
        columns = [column(c, draw(types), draw(st.sampled_from((None, "f(1)", "7")))) for c in names]
        tables.append(TableState(name, None, {c.name: c for c in columns}))
    items: list[ObjectState] = []
    taken = {table.name for table in tables}
    text = st.sampled_from(TEXTS)
    if "v" not in taken and draw(st.booleans()):
        items.append(
            ViewState("v", None, Definition.of(draw(st.sampled_from(TEXTS[:3]))), materialized=draw(st.booleans()))
        )
    if draw(st.booleans()):
        items.append(ViewState("w", None, Definition.of(draw(text))))
    if draw(st.booleans()):
        body = draw(st.sampled_from(("1", "SELECT x FROM a")))
        items.append(
            FunctionState("f", None, Definition.of({"postgresql": f"CREATE FUNCTION f() AS '{body}'"}), arguments="")
        )
    for table in sorted(taken - {"v"}):
        if draw(st.booleans()):
            made = Definition.of(f"CREATE TRIGGER f BEFORE INSERT ON {table} {draw(st.sampled_from(('f()', 'g()')))}")
            items.append(TriggerState("f", None, made, table=table))
    if draw(st.booleans()):
        create, drop = (
            Definition.of(f"CREATE POLICY p ON {draw(st.sampled_from(TABLES))}"),
            Definition.of("DROP POLICY p"),
        )
        items.append(CustomState("p", None, create, (), "policy", drop, draw(st.booleans())))
    return SchemaState.of(tables, items)


@given(worlds(), worlds())
def test_a_difference_leads_there_and_back(before: SchemaState, after: SchemaState) -> None:
    """Laws 1, 2 and 6: applied it gives the other state, reversed the first, and shortening changes nothing."""
    operations = diff(before, after)
    assert states(operations, before)[-1] == after
    assert states(reversed_operations(operations, before), after)[-1] == before
    assert diff(after, after) == []
    there_and_back = [*operations, *diff(after, before)]
    assert states(optimize(there_and_back, before), before)[-1] == before


@given(worlds(), worlds())
def test_operations_on_objects_read_back(before: SchemaState, after: SchemaState) -> None:
    """Law 5: what is written is read as the same operations."""
    operations = diff(before, after)
    text, _ = operations_source(operations)
    assert eval(text, {"ops": ops, "sa": sa}) == operations
