"""State and database told apart: what the files say and what the database does are two lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from minimig.dialects.editor import SchemaEditor
from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.chain import execute, named, reversed_operations, states
from minimig.state.schema import SchemaState
from minimig.state.written import Convention


@dataclass(frozen=True, init=False)
class SeparateStateAndDatabase(Operation):
    """Change the state by one list of operations and the database by another, where the two must differ."""

    state_operations: tuple[Operation, ...]
    database_operations: tuple[Operation, ...]
    database_before: SchemaState | None = field(compare=False, repr=False)
    """Where the database operations begin, on the way back: not where the state has gone meanwhile."""
    symbol: ClassVar[str] = "?"

    def __init__(
        self, *, state_operations: Sequence[Operation] = (), database_operations: Sequence[Operation] = ()
    ) -> None:
        assign(
            self,
            state_operations=tuple(state_operations),
            database_operations=tuple(database_operations),
            database_before=None,
        )

    @property
    def has_open_names(self) -> bool:
        return any(operation.has_open_names for operation in (*self.state_operations, *self.database_operations))

    def named(self, convention: Convention) -> Operation:
        return SeparateStateAndDatabase(
            state_operations=named(self.state_operations, convention),
            database_operations=named(self.database_operations, convention),
        )

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return states(self.state_operations, state)[-1]

    def reverse(self, before: SchemaState) -> Operation:
        begin = self.database_before or before
        back = SeparateStateAndDatabase(
            state_operations=reversed_operations(self.state_operations, before),
            database_operations=reversed_operations(self.database_operations, begin),
        )
        assign(back, database_before=states(self.database_operations, begin)[-1])
        return back

    @property
    def runs_code(self) -> bool:
        return any(operation.runs_code for operation in self.database_operations)

    @property
    def runs_sql(self) -> bool:
        return any(operation.runs_sql for operation in self.database_operations)

    def steps_outside(self, editor: SchemaEditor) -> bool:
        return any(operation.steps_outside(editor) for operation in self.database_operations)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        along = states(self.database_operations, self.database_before or before)
        execute(editor, self.database_operations, along)

    def describe(self) -> str:
        state = ", ".join(operation.describe() for operation in self.state_operations) or "nothing"
        database = ", ".join(operation.describe() for operation in self.database_operations) or "nothing"
        return f"in the state: {state}; in the database: {database}"

    def arguments(self) -> Arguments:
        named = {
            "state_operations": list(self.state_operations),
            "database_operations": list(self.database_operations),
        }
        return (), {name: value for name, value in named.items() if value}
