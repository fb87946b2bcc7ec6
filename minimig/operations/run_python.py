"""Data steps: functions that people write, run with a connection and the tables as they were.

A function may be `async def`; it then gets an asynchronous connection over the same transaction. See `async_step`.
Django hands its steps a registry of models and the schema editor; Alembic's are the migration itself, with today's
models or none.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.errors import IrreversibleError, StateError
from minimig.operations.async_step import is_async, run_async
from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.noop import Noop
from minimig.operations.tables_then import TablesThen
from minimig.state.schema import SchemaState

DataStep = Callable[..., Any]
"""A data step: it gets a connection, inside the migration's transaction, and the tables as they were.

One that has a third parameter gets the `RunOptions` of this run there.
"""


@dataclass(frozen=True, init=False)
class RunPython(Operation):
    """Run a function `code(connection, tables)`; `tables` are the tables as they are at this point of the history.

    One that is written `code(connection, tables, options)` can read what this run was given by hand: `options.x`, the
    `-x key=value` of the command line, and `options.tag`. Only rows may depend on them: the schema is what the files
    say, on every database. An `async def` gets an asynchronous connection.

    Without `reverse` the migration cannot be taken back; `reverse=ops.NOOP` says that nothing has to be done. A squash
    leaves an `elidable` step out: one that only mends rows of its time, which a new database does not have.

    With `atomic=False` the function runs outside the migration's transaction and may commit as it likes: what is before
    it is committed first, and the journal knows.

    `probe(connection, tables)` tells whether the step has taken effect already. It is asked when a run was killed in a
    step that commits by itself, of which nothing else can tell; without it a person is asked.
    """

    code: DataStep | Noop
    back: DataStep | Noop | None
    elidable: bool
    atomic: bool
    has_happened: Callable[[sa.Connection, TablesThen], bool] | None
    symbol: ClassVar[str] = "p"

    def __init__(
        self,
        code: DataStep | Noop,
        *,
        reverse: DataStep | Noop | None = None,
        elidable: bool = False,
        atomic: bool = True,
        probe: Callable[[sa.Connection, TablesThen], bool] | None = None,
    ) -> None:
        for function in (code, reverse, probe):
            if function is not None and not isinstance(function, Noop):
                _check(function)
        assign(self, code=code, back=reverse, elidable=elidable, atomic=atomic, has_happened=probe)

    @property
    def runs_code(self) -> bool:
        return not isinstance(self.code, Noop)

    def probe(self, connection: sa.Connection, after: SchemaState) -> bool | None:
        return None if self.has_happened is None else bool(self.has_happened(connection, TablesThen(after)))

    @property
    def left_out_of_squashes(self) -> bool:
        return self.elidable

    def reverse(self, before: SchemaState) -> Operation:
        if self.back is None:
            raise IrreversibleError(
                f"{self.describe()} has no reverse",
                hint="give RunPython a reverse function, or reverse=ops.NOOP",
                code="MM442",
            )
        return RunPython(self.back, reverse=self.code, elidable=self.elidable, atomic=self.atomic)

    def steps_outside(self, editor: SchemaEditor) -> bool:
        return not self.atomic

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        if isinstance(self.code, Noop):
            return
        connection, tables = editor.connection_for(self.describe()), TablesThen(after)
        given = (connection, tables, editor.options) if _asks_for_options(self.code) else (connection, tables)
        if is_async(self.code):
            run_async(self.code, *given)
            return
        result = self.code(*given)
        if inspect.isawaitable(result):
            if inspect.iscoroutine(result):
                result.close()  # else Python warns, long after, that nobody awaited it
            raise StateError(
                f"{_name(self.code)} returned something that has to be awaited, so its work was not done",
                hint="declare it with `async def`, also where a decorator wraps it",
            )

    def describe(self) -> str:
        return f"run Python {'nothing' if isinstance(self.code, Noop) else _name(self.code)}"

    def fragment(self) -> str | None:
        return None if isinstance(self.code, Noop) else _name(self.code)

    def arguments(self) -> Arguments:
        named: dict[str, Any] = {} if self.back is None else {"reverse": self.back}
        if self.elidable:
            named["elidable"] = True
        if not self.atomic:
            named["atomic"] = False
        if self.has_happened is not None:
            named["probe"] = self.has_happened
        return (self.code,), named


def _check(function: Any) -> None:
    """Refuse what cannot be called with a connection and tables, or does nothing when it is called."""
    if not callable(function):
        raise StateError(
            f"RunPython takes functions, not {function!r}", hint="write def step(connection, tables): ... and name it"
        )
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise StateError(
            f"RunPython cannot run {_name(function)}: it has a `yield`, so calling it does nothing",
            hint="leave the yield out",
        )
    try:
        signature = inspect.signature(function)
    except ValueError:  # some functions written in C do not tell
        return
    if not _takes(signature, 2) and not _takes(signature, 3):
        raise StateError(
            f"RunPython calls {_name(function)}(connection, tables), but it is written as {_name(function)}{signature}",
            hint="give it two arguments: the connection, and the tables as they are at this point; or a third one for"
            " the options of the run",
        )


def _asks_for_options(function: Any) -> bool:
    """Whether a function cannot be called without a third argument; a default of its own is left to it."""
    try:
        signature = inspect.signature(function)
    except ValueError:
        return False
    return not _takes(signature, 2)


def _takes(signature: inspect.Signature, number: int) -> bool:
    """Whether a function can be called with this many arguments."""
    try:
        signature.bind(*[None] * number)
    except TypeError:
        return False
    return True


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))
