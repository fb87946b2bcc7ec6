"""Steps that people write by hand: Python, SQL, and state and database told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.errors import IrreversibleError, StateError, nearest
from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.chain import execute, reversed_operations, states
from minimig.operations.script import split_script
from minimig.operations.tables_then import TablesThen
from minimig.state.schema import SchemaState
from minimig.state.to_metadata import escape_colons


class Noop(Enum):
    """The reverse of a step that needs none."""

    NOOP = "noop"

    def __repr__(self) -> str:
        return "NOOP"


NOOP = Noop.NOOP

DataStep = Callable[[sa.Connection, TablesThen], None]
"""A data step: it gets a connection, inside the migration's transaction, and the tables as they were."""

Statement = str | sa.ClauseElement
Script = Statement | Sequence[Statement] | Mapping[str, "Statement | Sequence[Statement]"]
"""SQL text (split into statements), SQLAlchemy expressions, a list of both, or one of these for each dialect name."""


@dataclass(frozen=True, init=False)
class RunPython(Operation):
    """Run a function `code(connection, tables)`; `tables` are the tables as they are at this point of the history.

    Without `reverse` the migration cannot be taken back; `reverse=ops.NOOP` says that nothing has to be done.
    """

    code: DataStep | Noop
    back: DataStep | Noop | None
    symbol: ClassVar[str] = "p"

    def __init__(self, code: DataStep | Noop, *, reverse: DataStep | Noop | None = None) -> None:
        for function in (code, reverse):
            if function is not None and not isinstance(function, Noop) and not callable(function):
                raise StateError(f"RunPython takes functions, not {function!r}")
        assign(self, code=code, back=reverse)

    def reverse(self, before: SchemaState) -> Operation:
        if self.back is None:
            raise IrreversibleError(
                f"{self.describe()} has no reverse",
                hint="give RunPython a reverse function, or reverse=ops.NOOP",
            )
        return RunPython(self.back, reverse=self.code)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        if not isinstance(self.code, Noop):
            self.code(editor.connection_for(self.describe()), TablesThen(after))

    def describe(self) -> str:
        return f"run Python {'nothing' if isinstance(self.code, Noop) else _name(self.code)}"

    def fragment(self) -> str | None:
        return None if isinstance(self.code, Noop) else _name(self.code)

    def arguments(self) -> Arguments:
        return (self.code,), {} if self.back is None else {"reverse": self.back}


@dataclass(frozen=True, init=False)
class RunSQL(Operation):
    """Run SQL. `parameters` are bound to `:name` in SQL text; without them the text is sent as it stands.

    `state_operations` say what the SQL does to the schema, so that the next makemigrations does not propose it again.
    """

    sql: Script | Noop
    back: Script | Noop | None
    parameters: Mapping[str, Any] | None
    state_operations: tuple[Operation, ...]
    symbol: ClassVar[str] = "s"

    def __init__(
        self,
        sql: Script | Noop,
        *,
        reverse: Script | Noop | None = None,
        parameters: Mapping[str, Any] | None = None,
        state_operations: Sequence[Operation] = (),
    ) -> None:
        for script in (sql, reverse):
            _check_dialects(script)
        assign(self, sql=sql, back=reverse, parameters=parameters, state_operations=tuple(state_operations))

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return states(self.state_operations, state)[-1]

    def reverse(self, before: SchemaState) -> Operation:
        if self.back is None:
            raise IrreversibleError(
                f"{self.describe()} has no reverse", hint="give RunSQL a reverse, or reverse=ops.NOOP"
            )
        return RunSQL(
            self.back,
            reverse=self.sql,
            parameters=self.parameters,
            state_operations=reversed_operations(self.state_operations, before),
        )

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        for statement in self.statements(editor.dialect.name):
            editor.run_sql(statement, self.parameters)

    def statements(self, dialect: str) -> tuple[Statement, ...]:
        """What is sent to a database of this dialect, statement by statement."""
        script = self.sql
        if isinstance(script, Mapping):
            script = script.get(dialect, script.get("mysql", ()) if dialect == "mariadb" else ())
        if isinstance(script, Noop):
            return ()
        parts = [script] if isinstance(script, str | sa.ClauseElement) else list(script)
        found: list[Statement] = []
        for part in parts:
            found += map(self._bound, split_script(part)) if isinstance(part, str) else [part]
        return tuple(found)

    def _bound(self, statement: str) -> Statement:
        """Text in which only the names among the parameters are parameters: the reverse may hold other colons."""
        if self.parameters is None:
            return statement
        return sa.text(escape_colons(statement, keep=self.parameters))

    def describe(self) -> str:
        if isinstance(self.sql, Noop):
            return "run SQL nothing"
        text = " ".join(str(self.sql).split())
        return f"run SQL {text if len(text) <= 60 else text[:57] + '...'}"

    def arguments(self) -> Arguments:
        named = {
            "reverse": self.back,
            "parameters": self.parameters,
            "state_operations": list(self.state_operations) or None,
        }
        return (self.sql,), {name: value for name, value in named.items() if value is not None}


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


def _check_dialects(script: Script | Noop | None) -> None:
    """Refuse a key that names no dialect: its SQL would silently never run."""
    for name in script if isinstance(script, Mapping) else ():
        try:
            sa.dialects.registry.load(name)
        except sa.exc.NoSuchModuleError:
            known = ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle")
            raise StateError(
                f"RunSQL has SQL for {name!r}, which is no dialect", hint=nearest(name, known) or f"one of {known}"
            ) from None


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))
