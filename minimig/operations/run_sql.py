"""SQL that people write, as text or as SQLAlchemy statements.

In: one statement or many, or those for each dialect. Text is split into statements as the database reads it; a list may
mix text, anything that SQLAlchemy can execute, and pairs of one of these and its parameters. In a script parameters
become literals.

Django splits text too, and takes positional parameters; Alembic's `op.execute` takes one statement and has no way back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from minimig.dialects.editor import SchemaEditor
from minimig.errors import IrreversibleError, StateError, nearest
from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.chain import named, reversed_operations, states
from minimig.operations.noop import Noop
from minimig.state.schema import SchemaState
from minimig.state.written import Convention

Parameters = Mapping[str, Any]
Statement = str | sa.ClauseElement | tuple[str | sa.ClauseElement, Parameters]
Script = Statement | Sequence[Statement] | Mapping[str, "Statement | Sequence[Statement]"]
"""SQL text (split into statements), SQLAlchemy statements, pairs of one of these and its parameters, a list of all
these, or one of these for each dialect name."""

_DIALECTS = ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle")
_COLON = re.compile(r"::|:(\w+)")


_RIGHTS = re.compile(
    r"\b(role|grant|revoke|owner|owned|authorization|definer|call|do|execute|procedure|drop|rename)\b", re.IGNORECASE
)
"""Words of SQL behind which a user may have other rights, or names mean other things."""


@dataclass(frozen=True, init=False)
class RunSQL(Operation):
    """Run SQL. `parameters` are bound to `:name` in SQL text; without them the text is sent as it stands.

    `state_operations` say what the SQL does to the schema, so that the next makemigrations does not propose it again.
    `execution_options` are SQLAlchemy's, for each statement. A squash leaves an `elidable` step out: one that only
    mends rows of its time, which a new database does not have.

    With `atomic=False` the statements run outside the migration's transaction, each by itself, as VACUUM must: what is
    before them is committed first, and the journal knows.
    """

    sql: Script | Noop
    back: Script | Noop | None
    parameters: Parameters | None
    state_operations: tuple[Operation, ...]
    execution_options: Mapping[str, Any] | None
    elidable: bool
    atomic: bool
    symbol: ClassVar[str] = "s"

    def __init__(
        self,
        sql: Script | Noop,
        *,
        reverse: Script | Noop | None = None,
        parameters: Parameters | None = None,
        state_operations: Sequence[Operation] = (),
        execution_options: Mapping[str, Any] | None = None,
        elidable: bool = False,
        atomic: bool = True,
    ) -> None:
        if elidable and state_operations:
            raise StateError(
                "RunSQL with state_operations changes the schema, so no squash could leave it out",
                hint="take elidable=True away",
            )
        _check(sql, parameters, offered=reverse)
        _check(reverse, parameters, offered=sql)
        assign(
            self,
            sql=sql,
            back=reverse,
            parameters=parameters,
            state_operations=tuple(state_operations),
            execution_options=execution_options,
            elidable=elidable,
            atomic=atomic,
        )

    @property
    def runs_sql(self) -> bool:
        return True

    @property
    def hands_out_rights(self) -> bool:
        """By its words, where it is text; a trigger or a function behind a view may still do anything."""
        parts = [part[0] if _is_pair(part) else part for part in _all_parts(self.sql)]
        return any(_RIGHTS.search(part) if isinstance(part, str) else not part.is_dml for part in parts)

    @property
    def left_out_of_squashes(self) -> bool:
        return self.elidable

    @property
    def has_open_names(self) -> bool:
        return any(operation.has_open_names for operation in self.state_operations)

    def named(self, convention: Convention) -> Operation:
        copy = RunSQL(
            self.sql,
            reverse=self.back,
            parameters=self.parameters,
            execution_options=self.execution_options,
            atomic=self.atomic,
        )
        assign(copy, state_operations=named(self.state_operations, convention), elidable=self.elidable)
        return copy

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return states(self.state_operations, state)[-1]

    def reverse(self, before: SchemaState) -> Operation:
        if self.back is None:
            raise IrreversibleError(
                f"{self.describe()} has no reverse", hint="give RunSQL a reverse, or reverse=ops.NOOP", code="MM441"
            )
        return RunSQL(
            self.back,
            reverse=self.sql,
            parameters=self.parameters,
            state_operations=reversed_operations(self.state_operations, before),
            execution_options=self.execution_options,
            elidable=self.elidable,
            atomic=self.atomic,
        )

    def steps_outside(self, editor: SchemaEditor) -> bool:
        return not self.atomic

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        with editor.outside_transaction() if self.steps_outside(editor) else nullcontext():
            self._send(editor)

    def _send(self, editor: SchemaEditor) -> None:
        for part in _parts(_for_dialect(self.sql, editor.dialect.name)):
            sql, own = part if isinstance(part, tuple) else (part, None)
            parameters = None if self.parameters is None and own is None else {**(self.parameters or {}), **(own or {})}
            statements = editor.split(sql) if isinstance(sql, str) else [sql]
            for statement in statements:
                if parameters is None:
                    editor.run_sql(statement, None, self.execution_options)
                else:
                    clause = editor.text(statement, parameters) if isinstance(statement, str) else statement
                    editor.run_sql(clause, _used(clause, parameters), self.execution_options)

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
            "execution_options": self.execution_options,
            "elidable": self.elidable or None,
            "atomic": None if self.atomic else False,
        }
        return (self.sql,), {name: value for name, value in named.items() if value is not None}


# --- what is sent -----------------------------------------------------------------------------------------------------


def _for_dialect(script: Script | Noop, dialect: str) -> Any:
    if isinstance(script, Mapping):
        return script.get(dialect, script.get("mysql", ()) if dialect == "mariadb" else ())
    return () if isinstance(script, Noop) else script


def _parts(script: Any) -> list[Any]:
    """A script as a list, also where it is a single statement."""
    return [script] if isinstance(script, str | sa.ClauseElement) or _is_pair(script) else list(script)


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], Mapping)


def _used(statement: sa.ClauseElement, parameters: Parameters) -> Parameters | None:
    """The parameters that this statement takes: the rest belongs to others of the same script."""
    names = _names(statement)
    return {name: value for name, value in parameters.items() if name in names} or None


def _names(statement: sa.ClauseElement) -> set[str]:
    names = {part.key for part in visitors.iterate(statement) if isinstance(part, sa.BindParameter)}
    if isinstance(statement, sa.Insert | sa.Update):
        names |= set(statement.table.c.keys())
    return names


# --- what is refused while the file is read ---------------------------------------------------------------------------


def _check(script: Script | Noop | None, parameters: Parameters | None, *, offered: Script | Noop | None) -> None:
    if script is None or isinstance(script, Noop):
        return
    for name in script if isinstance(script, Mapping) else ():
        _check_dialect(name)
    wanted = set(parameters or ())
    for part in _all_parts(script):
        sql, own = part if _is_pair(part) else (part, {})
        if not isinstance(sql, str | sa.ClauseElement):
            raise StateError(
                f"RunSQL takes SQL text and SQLAlchemy statements, not {part!r}",
                hint='a statement with its parameters is a pair: ("... :name", {"name": 1})',
            )
        _check_named(own, {*_names_in(sql)})
        wanted -= {*_names_in(sql)}
    rest = {name for part in _all_parts(offered) for name in _names_in(part[0] if _is_pair(part) else part)}
    _check_named(wanted, rest)


def _all_parts(script: Script | Noop | None) -> Iterator[Any]:
    """The statements for all dialects."""
    if script is None or isinstance(script, Noop):
        return
    for one in script.values() if isinstance(script, Mapping) else [script]:
        if not isinstance(one, str | sa.ClauseElement | Sequence):
            raise StateError(f"RunSQL takes SQL text, SQLAlchemy statements, or a list of them, not {one!r}")
        yield from _parts(one)


def _names_in(sql: Any) -> set[str]:
    if isinstance(sql, sa.ClauseElement):
        return _names(sql)
    return set(_COLON.findall(sql)) if isinstance(sql, str) else set()


def _check_named(parameters: Mapping[str, Any] | set[str], names: set[str]) -> None:
    """Refuse a parameter that no statement takes: its place would be sent as it stands."""
    for name in sorted(set(parameters) - names):
        raise StateError(f"RunSQL has a parameter {name!r}, and its SQL no :{name}", hint=nearest(name, names))


def _check_dialect(name: str) -> None:
    """Refuse a key that names no dialect: its SQL would silently never run."""
    try:
        sa.dialects.registry.load(name)
    except sa.exc.NoSuchModuleError:
        raise StateError(
            f"RunSQL has SQL for {name!r}, which is no dialect", hint=nearest(name, _DIALECTS) or f"one of {_DIALECTS}"
        ) from None
