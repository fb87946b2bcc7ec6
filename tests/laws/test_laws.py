"""The laws of the design that need no database: Hypothesis looks for a pair of schemas that breaks one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.optimizer import optimize
from minimig.operations.chain import reversed_operations, states
from minimig.state.schema import SchemaState
from support.schemas import dice, pairs, schemas

Pair = tuple[SchemaState, SchemaState]


@given(pairs(), st.data())
def test_a_diff_leads_from_one_schema_to_the_other(pair: Pair, data: st.DataObject) -> None:
    """Law 1: applying the difference gives the other schema, step by step, whatever is answered to the questions."""
    before, after = pair
    assert states(diff(before, after, questioner=dice(data)), before)[-1] == after


@given(schemas())
def test_a_schema_does_not_differ_from_itself(state: SchemaState) -> None:
    """Law 1: there is no difference between a schema and itself."""
    assert diff(state, SchemaState(dict(state.tables), dict(state.objects))) == []


@given(pairs(), st.data())
def test_each_operation_is_taken_back_by_its_reverse(pair: Pair, data: st.DataObject) -> None:
    """Law 2: the reversed operations lead back through every state on the way."""
    before, after = pair
    operations = diff(before, after, questioner=dice(data))
    along = states(operations, before)
    back = states(reversed_operations(operations, before), after)
    assert back == along[::-1]


@given(pairs(), st.data())
def test_optimizing_keeps_the_state(pair: Pair, data: st.DataObject) -> None:
    """Law 6: a history of several differences, there, back and there again, optimizes to one with the same end."""
    before, after = pair
    there = diff(before, after, questioner=dice(data))
    history = [*diff(SchemaState(), before), *there, *reversed_operations(there, before), *there]
    shorter = optimize(history, SchemaState())
    assert states(shorter, SchemaState())[-1] == after
    assert len(shorter) <= len(history)
    assert optimize(shorter, SchemaState()) == shorter
