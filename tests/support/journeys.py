"""A way from one schema to another, on which a database with rows in it can go: Hypothesis strategies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from minimig.autogenerate.autodetector import diff
from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.revisions.serializer import operations_source
from minimig.state.schema import SchemaState
from support.column_kinds import converts
from support.possible_schemas import Draw, evolved, legal, possible
from support.rows import Model, Willing, without

EMPTY = SchemaState()


@dataclass(frozen=True)
class Journey:
    """The schemas at both ends, the operations between them, and how many rows each table has before."""

    before: SchemaState
    after: SchemaState
    operations: Sequence[Operation]
    rows: int = 0

    def __repr__(self) -> str:
        """As revision files would have it: a failing example can be read, and turned into a test."""
        start, way = (operations_source(o)[0] for o in (diff(EMPTY, self.before), self.operations))
        return f"{self.rows} rows; before = {start}; operations = {way}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Hypothesis would print each state in full."""
        printer.text(repr(self))


@st.composite
def fresh(draw: Draw, kind: str) -> Journey:
    """The way from nothing."""
    state = draw(possible(kind))
    return Journey(EMPTY, state, diff(EMPTY, state))


@st.composite
def journeys(draw: Draw, kind: str) -> Journey:
    """The way from a schema to what became of it."""
    rows = draw(st.sampled_from((3, 1)))
    before = fitting(draw(possible(kind)), rows, kind)
    after, operations = _passable(before, draw(evolved(kind, before)), rows, kind)
    return Journey(before, after, operations, rows)


def fitting(state: SchemaState, rows: int, kind: str) -> SchemaState:
    """The state without constraints that its rows would violate."""
    while (violated := Model.of(state, rows).violated(state)) is not None:
        state = legal(without(state, *violated), kind)
    return state


def _passable(before: SchemaState, after: SchemaState, rows: int, kind: str) -> tuple[SchemaState, Sequence[Operation]]:
    """`after` with those differences taken back that the rows would not survive, and the operations."""
    for _ in range(50):
        operations = diff(before, after, questioner=Willing())
        refused = _unconvertible(operations, before, after)
        violated = None if refused else Model.of(before, rows).after(operations, before).violated(after)
        if refused is not None:
            after = legal(refused, kind)
        elif violated is not None:
            after = legal(without(after, *violated), kind)
        else:
            return after, operations
    assume(False)
    raise AssertionError


def _unconvertible(operations: Sequence[Operation], before: SchemaState, after: SchemaState) -> SchemaState | None:
    """`after` without the first column whose old values would not become values of its new type; None without one."""
    for operation, state in zip(operations, states(operations, before), strict=False):
        if isinstance(operation, AlterColumn):
            old = state[operation.key].column(operation.column)
            if not converts(old.type, operation.edit_column(old).type):
                table = after[operation.key]
                left: Any = {n: c for n, c in table.columns.items() if n != operation.column}
                return after.with_changed_table(replace(table, columns=left))
    return None
