"""The places statements go to: a live connection, a script, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import sqlalchemy as sa

from minimig.dialects.literals import inlined, literal_dialect
from minimig.dialects.output import REASON, Values
from minimig.dialects.script_style import NO_FRAME, Frame
from minimig.dialects.stages import StatementSent
from minimig.dialects.transaction import outside
from minimig.errors import UnsupportedError
from minimig.stages import Tell, untold
from minimig.state.compiling import why_not

READING = frozenset(["BEGIN", "EXPLAIN", "PRAGMA", "SELECT", "SHOW"])
"""First words of statements that leave nothing behind."""

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
    many of them MySQL would keep after a rollback; `commits` counts ends of the transaction by COMMIT, `settled` the
    statements that were committed because one had to run outside a transaction: what an error message needs.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._sending = False
        self._outside = False
        self._silent = False
        self._on_implicit_commit: Callable[[], None] | None = None
        self.statements = 0
        self.kept = 0
        self.commits = 0
        self.settled = 0

    @property
    def connection(self) -> sa.Connection | None:
        """The connection itself."""
        return self._connection

    def execute(
        self,
        statement: str | sa.ClauseElement,
        parameters: Values | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Send one statement and wait for it."""
        self._sending = True
        try:
            if isinstance(statement, str) and parameters is None:
                # no_parameters keeps the driver from reading percent signs as placeholders
                plain = {**(options or {}), "no_parameters": True}
                self._connection.exec_driver_sql(statement, execution_options=plain)
            else:
                clause: Any = sa.text(statement) if isinstance(statement, str) else statement
                self._connection.execute(clause, parameters, execution_options=options or {})
        finally:
            self._sending = False
        _forget_prepared(self._connection.dialect)

    def sync(self) -> None:
        """Each statement has taken effect when `execute` returns."""

    @contextmanager
    def outside_transaction(self) -> Iterator[None]:
        """Commit what was done, run the block outside a transaction, begin again. What fails in it leaves nothing."""
        before = self.statements
        self._outside = True
        try:
            with outside(self._connection):
                self.settled = before
                yield
        except BaseException:
            self.statements = before  # what was sent to clear up does not count
            raise
        finally:
            self._outside = False
        self.settled = self.statements

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

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """What is sent meanwhile is no statement of the migration's."""
        former, self._silent = self._silent, True
        try:
            yield
        finally:
            self._silent = former

    @contextmanager
    def on_implicit_commit(self, call: Callable[[], None]) -> Iterator[None]:
        """Call a function right before the first statement by which MySQL would end the transaction by itself."""
        self._on_implicit_commit = call
        try:
            yield
        finally:
            self._on_implicit_commit = None

    @property
    def implicitly_committed(self) -> bool:
        """Within `on_implicit_commit`: whether there was such a statement."""
        return self._on_implicit_commit is None

    def rolled_back(self, *, ddl: bool) -> None:
        """What was not committed is gone, DDL only where it can be taken back: it does not count any more."""
        self.statements = self.settled if ddl else max(self.settled, self.kept)
        self.commits = 0

    def _before(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if self._silent or first_word(statement) not in COMMITTING:
            return
        self.kept = self.statements
        call, self._on_implicit_commit = self._on_implicit_commit, None
        if call is not None:
            call()

    def _after(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if self._silent:
            return
        word = first_word(statement)
        if self._sending or word not in READING:
            self.statements += 1
        if word in COMMITTING:
            self.kept = self.statements
        if word in ("COMMIT", "END"):  # in SQL that a person wrote; SQLAlchemy's own is the event
            self._commit(connection)

    def _commit(self, connection: Any) -> None:
        self.commits += not (self._outside or self._silent)


def _forget_prepared(dialect: Any) -> None:
    """Let asyncpg prepare anew what a data step asked before: the plan of `SELECT *` does not outlive ALTER TABLE.

    SQLAlchemy does this after its own DDL elements, but knows nothing of statements sent as text.
    """
    forget = getattr(dialect, "_invalidate_schema_cache", None)
    if forget is not None:
        forget()


def first_word(statement: str) -> str:
    """The word that a statement begins with, in capitals, behind spaces and comments."""
    match = _FIRST_WORD.match(statement)
    return match[1].upper() if match else ""


class ScriptOutput:
    """Collects statements as text, values written inline. `frame` is what stands around them in the script."""

    connection: sa.Connection | None = None

    def __init__(self, dialect: sa.Dialect, frame: Frame = NO_FRAME, tell: Tell = untold) -> None:
        self.dialect = literal_dialect(dialect)
        self.tell = tell
        self.frame = frame
        self.lines: list[str] = []

    def execute(
        self,
        statement: str | sa.ClauseElement,
        parameters: Values | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep one statement, or one for each of several sets of values."""
        if isinstance(statement, str) and parameters is None:
            texts = [statement]
        else:
            clause = sa.text(statement) if isinstance(statement, str) else statement
            each = [parameters] if parameters is None or isinstance(parameters, Mapping) else parameters
            texts = [inlined(clause, values, self.dialect) for values in each]
        for text in texts:
            self.lines.append(text.rstrip().rstrip(";"))
            self.tell(StatementSent(self.lines[-1], (options or {}).get(REASON)))

    def sync(self) -> None:
        """Nobody looks at a database."""

    @contextmanager
    def outside_transaction(self) -> Iterator[None]:
        """End the script's transaction, and begin another after the block."""
        opening, closing = self.frame
        self.lines += closing
        yield
        self.lines += opening


class PaperOutput:
    """Sends nothing: it only lets SQLAlchemy say whether a statement exists on this dialect at all."""

    connection: sa.Connection | None = None

    def __init__(self, dialect: sa.Dialect) -> None:
        self.dialect = dialect

    def execute(
        self,
        statement: str | sa.ClauseElement,
        parameters: Values | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Compile one statement. Raises UnsupportedError when the dialect has no such thing."""
        if isinstance(statement, str):
            return
        each = parameters if parameters is None or isinstance(parameters, Mapping) else parameters[0]
        keys = list(each) if each and isinstance(statement, sa.Insert | sa.Update) else None
        try:
            statement.compile(dialect=self.dialect, column_keys=keys)
        except sa.exc.CompileError as error:
            raise UnsupportedError(
                f"this cannot be said in {self.dialect.name}: {why_not(error)}",
                hint='write it as SQL text, or give each dialect its own: {"postgresql": ..., "sqlite": ...}',
            ) from error

    def sync(self) -> None:
        """Nobody looks at a database."""

    def outside_transaction(self) -> AbstractContextManager[None]:
        """There is no transaction to leave."""
        return nullcontext()
