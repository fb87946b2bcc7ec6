"""What is said when a migration fails: what, where, why, and where the database stands now."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.reasons import reason
from minimig.errors import (
    DatabaseError,
    HistoryError,
    InterruptedRunError,
    MigrationFailedError,
    MinimigError,
    QuestionError,
)
from minimig.runtime.output import LiveOutput
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import READ_ONLY, is_read_only

MEND = "mend the file or the data"
IN_THE_WAY = (
    "another session was in the way: find it and let it finish, or give more time with --ddl-lock-timeout, "
    "then run the same command again"
)


class Standing(Enum):
    """What becomes of a migration that fails."""

    BORROWED = "the caller has the transaction"
    WHOLE = "the whole run is rolled back"
    ATOMIC = "the migration is rolled back"
    STEPWISE = "what took effect stays, and the journal knows"


class Progress:
    """Where a step is, so that an error can say it."""

    def __init__(self, prepared: PreparedStep, editor: SchemaEditor, output: LiveOutput, standing: Standing) -> None:
        self.prepared = prepared
        self.editor = editor
        self.output = output
        self.standing = standing
        self.position: int | None = None
        self.committing = False
        self.commits: int | None = None
        """How many commits there were before the transaction that is open; None where statements commit one by one."""
        self.final = False
        """Whether the step that failed may have committed by itself, so that only a person may try it again."""

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turn any error of the migration into one that says what, where, and where the database stands."""
        try:
            yield
        except (GeneratorExit, HistoryError, QuestionError):
            raise  # what an earlier run left was met with; this one did nothing yet
        except BaseException as error:
            kind = InterruptedRunError if _interrupted(error) else MigrationFailedError
            own = error.own_code if isinstance(error, MinimigError) else None
            failed = kind(self._message(error), where=self._where(error), hint=self._hint(error), code=own)
            failed.passing = self._passing(error)
            raise failed from error

    def check_transaction(self, connection: sa.Connection) -> None:
        """Raise DatabaseError when the step that just ran has ended the transaction that it was given."""
        if self.prepared.migration.header.atomic and not connection.in_transaction():
            raise DatabaseError("the step ended the transaction it was given, by commit, rollback or close")

    def _passing(self, error: BaseException) -> str | None:
        cause = error.__cause__ if isinstance(error, DatabaseError) else error
        if not isinstance(cause, sa.exc.DBAPIError) or not self.editor.waiting.is_transient(cause):
            return None
        mine = self.standing in (Standing.ATOMIC, Standing.STEPWISE)
        ended = self.commits is not None and self.output.commits > self.commits and self.position is not None
        return None if self.final or ended or self._committed() or not mine else _one_line(str(cause.orig))

    def _message(self, error: BaseException) -> str:
        revision = self.prepared.step.revision
        if _interrupted(error):
            lines = [f"{revision} was interrupted at {self._operation()}"]
        else:
            lines = [f"{revision} failed at {self._operation()}", f"  {_reason(error)}"]
        if isinstance(error, sa.exc.DBAPIError) and error.statement:
            lines.append(f"  statement: {_one_line(error.statement)}")
        lines.append(f"  state: {self._state()}")
        return "\n".join(lines)

    def _operation(self) -> str:
        moves = self.prepared.moves
        if self.position is None:
            return "the end, writing the version table" if moves else "its start"
        return f"operation {self.position + 1} of {len(moves)}: {moves[self.position][0].describe()}"

    def _state(self) -> str:
        if self._committed():
            return "what was done until the step committed stays"
        if self.standing is Standing.BORROWED:
            return "your transaction is still open, and only you can roll it back"
        if self.standing is Standing.WHOLE:
            return "rolled back, the whole run left nothing behind"
        if self.standing is Standing.ATOMIC:
            return "rolled back, this migration left nothing behind"
        if self._staying() == 0:
            return "no statement of this migration had taken effect in this run"
        return f"{self._staying()} statement(s) of this migration took effect and stay: {self._reason_to_stay()}"

    def _reason_to_stay(self) -> str:
        if not self.prepared.migration.header.atomic:
            return "the file says atomic = False"
        if self.editor.transactional_ddl:
            return "one of its operations runs outside the transaction, so what is before it was committed"
        return f"{self.editor.dialect.name} cannot take them back"

    def _committed(self) -> bool:
        """Whether a step committed by itself, or a function that was told of it; `committing`, it is we who do."""
        if self.committing or (self.standing is Standing.STEPWISE and not self._in_foreign_code()):
            return False
        return self.output.commits > 0 and self.prepared.migration.header.atomic

    def _in_foreign_code(self) -> bool:
        """Whether it is at a function of the project's: a step, or what is told of the end."""
        return self.position is None or self.prepared.moves[self.position].operation.runs_code

    def _staying(self) -> int:
        """How many statements the database keeps, although the migration failed."""
        kept = 0 if self.editor.transactional_ddl else self.output.kept
        return max(self.output.settled, kept)

    def _where(self, error: BaseException) -> str:
        path = str(self.prepared.migration.header.path)
        own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
        return f"{path}:{own[-1].lineno}" if own else path

    def _hint(self, error: BaseException) -> str:
        known = self._known_hint(error)
        if known is not None and self.standing is not Standing.STEPWISE and not self._committed():
            return known
        if self._committed():
            return "leave commit and rollback to minimig, undo by hand what stayed, then run the same command again"
        if isinstance(error, sa.exc.DBAPIError) and is_read_only(error):
            return READ_ONLY
        again = "run the same command again"
        if _lost_connection(error):
            again = f"{_look(error)}, then {again}"
        elif not _interrupted(error):
            again = f"{MEND}, then {again}"
        if self.standing is Standing.STEPWISE:
            return f"{again}: it goes on where this one stopped"
        return again

    def _known_hint(self, error: BaseException) -> str | None:
        if not isinstance(error, sa.exc.DBAPIError):
            return None
        return self.editor.hint_for(error) or (IN_THE_WAY if self.editor.waiting.is_transient(error) else None)


def _interrupted(error: BaseException) -> bool:
    """Whether a person stopped the run, or a program cancelled its task.

    Tidying up on the connection that broke off may have failed on top of it. A time limit inside a step cancels too,
    but that is the step's own failure.
    """
    if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
        return True
    before = None if isinstance(error, TimeoutError) else error.__context__
    return before is not None and _interrupted(before)


def _lost_connection(error: BaseException) -> bool:
    return isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated


def _look(error: BaseException) -> str:
    """What to look at when the connection is gone. MariaDB and MySQL hang up on a packet that is too large."""
    size = _size(error) / 1_000_000
    if size < 1:
        return "look after the server"
    return f"look after the server, and whether it takes {size:.0f} MB at once (max_allowed_packet)"


def _size(error: BaseException | None) -> int:
    """About how many bytes the largest statement and its values were; tidying up may have failed on top of it."""
    if error is None:
        return 0
    size = 0
    if isinstance(error, sa.exc.DBAPIError):
        values = error.params.values() if isinstance(error.params, Mapping) else error.params or ()
        size = sum(len(value) for value in (error.statement, *values) if isinstance(value, str | bytes))
    return max(size, _size(error.__context__))


def _reason(error: BaseException) -> str:
    if isinstance(error, sa.exc.DBAPIError) and error.orig is not None:
        return f"{type(error.orig).__name__}: {_one_line(reason(error))}"
    if isinstance(error, MinimigError):
        return str(error).replace("\n", "\n  ")
    return f"{type(error).__name__}: {error}"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:297] + "..."
