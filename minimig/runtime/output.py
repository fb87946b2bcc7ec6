"""The two places statements go to: a live connection, or a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

READING = frozenset(["EXPLAIN", "PRAGMA", "SELECT", "SHOW"])
COMMITTING = frozenset(
    """
    ALTER ANALYZE CREATE DROP FLUSH GRANT LOCK OPTIMIZE RENAME REPAIR REVOKE TRUNCATE UNLOCK
    """.split()  # noqa: SIM905 - a list of words reads better
)
"""First words of statements that MySQL and MariaDB commit by, before and after (manual, "Statements That Cause an
Implicit Commit")."""

_FIRST_WORD = re.compile(r"(?:\s|/\*.*?\*/|--[^\n]*\n|#[^\n]*\n)*(\w*)", re.DOTALL)


class LiveOutput:
    """Sends each statement over a connection, inside whatever transaction is open on it.

    Within `counting`, `statements` is the number of those that took effect, a data step's own included, and `kept` how
    many of them MySQL would keep after a rollback; `commits` counts ends of the transaction by COMMIT: what an error
    message needs.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._sending = False
        self.statements = 0
        self.kept = 0
        self.commits = 0

    @property
    def connection(self) -> sa.Connection | None:
        """The connection itself."""
        return self._connection

    def execute(self, statement: str | sa.ClauseElement, parameters: Mapping[str, Any] | None = None) -> None:
        """Send one statement and wait for it."""
        self._sending = True
        try:
            if isinstance(statement, str) and parameters is None:
                # no_parameters keeps the driver from reading percent signs as placeholders
                self._connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
            elif isinstance(statement, str):
                self._connection.execute(sa.text(statement), parameters)
            else:
                self._connection.execute(statement, parameters)  # type: ignore[call-overload]
        finally:
            self._sending = False

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what goes over the connection meanwhile; looking at the database by the way does not count."""
        listeners: dict[str, Callable[..., None]] = {
            "before_cursor_execute": self._before,
            "after_cursor_execute": self._after,
            "commit": self._commit,
        }
        for name, listener in listeners.items():
            sa.event.listen(self._connection, name, listener)
        try:
            yield
        finally:
            for name, listener in listeners.items():
                sa.event.remove(self._connection, name, listener)

    def _before(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if _first_word(statement) in COMMITTING:
            self.kept = self.statements

    def _after(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        word = _first_word(statement)
        if self._sending or word not in READING:
            self.statements += 1
        if word in COMMITTING:
            self.kept = self.statements
        if word in ("COMMIT", "END"):  # in SQL that a person wrote; SQLAlchemy's own is the event
            self._commit(connection)

    def _commit(self, connection: Any) -> None:
        self.commits += 1


def _first_word(statement: str) -> str:
    match = _FIRST_WORD.match(statement)
    return match[1].upper() if match else ""


class ScriptOutput:
    """Collects statements as text, values written inline."""

    connection: sa.Connection | None = None

    def __init__(self, dialect: sa.Dialect) -> None:
        self.dialect = dialect
        self.lines: list[str] = []

    def execute(self, statement: str | sa.ClauseElement, parameters: Mapping[str, Any] | None = None) -> None:
        """Keep one statement."""
        text = statement if isinstance(statement, str) and parameters is None else self._inline(statement, parameters)
        self.lines.append(text.rstrip().rstrip(";"))

    def _inline(self, statement: str | sa.ClauseElement, parameters: Mapping[str, Any] | None) -> str:
        bound = _bound(sa.text(statement) if isinstance(statement, str) else statement, parameters or {})
        text = str(bound.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True}))
        # For drivers of these styles percent signs are doubled; in a script they stand for themselves.
        return text.replace("%%", "%") if self.dialect.paramstyle in ("format", "pyformat") else text


def _bound(clause: sa.ClauseElement, parameters: Mapping[str, Any]) -> sa.ClauseElement:
    """A statement together with its values. It may use some of them: the rest belongs to others of the same script."""

    def give(bind: sa.BindParameter[Any]) -> None:
        if bind.key in parameters:
            bind.value, bind.required = parameters[bind.key], False
            if isinstance(bind.type, sa.types.NullType):
                bind.type = sa.literal(bind.value).type

    if parameters and isinstance(clause, sa.Insert | sa.Update):
        binds = clause.compile(column_keys=list(parameters)).binds
        wanted = [name for name in parameters if name in clause.table.c and name in binds and binds[name].required]
        clause = clause.values({name: parameters[name] for name in wanted}) if wanted else clause
    given: sa.ClauseElement = visitors.cloned_traverse(clause, {}, {"bindparam": give})
    return given
