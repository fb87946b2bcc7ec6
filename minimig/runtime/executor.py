"""Carry out prepared steps on a database, one transaction at a time.

A migration and its row in the version table are one transaction where the database can roll DDL back. Where it cannot
(MariaDB, MySQL) the row is written right after the last statement, and an error says which operations took effect.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.registry import editor_for
from minimig.errors import MigrationFailedError, MinimigError
from minimig.runtime.events import Listener, StepDone, StepStarted, silence
from minimig.runtime.output import LiveOutput
from minimig.runtime.plan import Direction
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied, Recorder

Describe = Callable[[PreparedStep], tuple[Applied, str | None]]
"""The version row of a step about to be applied, and its way back as source text."""


class Executor:
    """Runs steps on one connection.

    A connection that is inside a transaction already belongs to the caller: then nothing is begun, committed or rolled
    back here.
    """

    def __init__(self, connection: sa.Connection, recorder: Recorder, describe: Describe) -> None:
        self.connection = connection
        self.recorder = recorder
        self.describe = describe
        self.borrowed = connection.in_transaction()

    def run(self, steps: Sequence[PreparedStep], listener: Listener = silence) -> float:
        """Carry out all steps; returns the seconds it took. Raises MigrationFailedError and stops at the first error."""
        began = time.perf_counter()
        revisions = tuple(prepared.step.revision for prepared in steps)
        if steps:
            self._ensure_version_table()
        for number, prepared in enumerate(steps, start=1):
            listener(StepStarted(prepared.step, number, revisions))
            started = time.perf_counter()
            self._run_step(prepared, started)
            listener(StepDone(prepared.step, time.perf_counter() - started))
        return time.perf_counter() - began

    def fake(self, steps: Sequence[PreparedStep], listener: Listener = silence) -> None:
        """Record or erase all steps without running anything."""
        revisions = tuple(prepared.step.revision for prepared in steps)
        if steps:
            self._ensure_version_table()
        with nullcontext() if self.borrowed else self.connection.begin():
            for number, prepared in enumerate(steps, start=1):
                listener(StepStarted(prepared.step, number, revisions))
                self._write_row(prepared, 0.0)
                listener(StepDone(prepared.step, 0.0))

    def _ensure_version_table(self) -> None:
        with nullcontext() if self.borrowed else self.connection.begin():
            self.recorder.ensure(self.connection)

    def _run_step(self, prepared: PreparedStep, started: float) -> None:
        output = LiveOutput(self.connection)
        editor = editor_for(self.connection.dialect, output)
        progress = _Progress(prepared, editor, output, atomic=self._atomic(prepared, editor))
        with progress.explaining(), self._transaction(prepared, editor):
            for position, (operation, before, after) in enumerate(prepared.moves):
                progress.position = position
                operation.database_forwards(editor, before, after)
            editor.finish()
            progress.position = None
            self._write_row(prepared, time.perf_counter() - started)

    def _atomic(self, prepared: PreparedStep, editor: SchemaEditor) -> bool:
        return editor.transactional_ddl and prepared.migration.header.atomic

    def _transaction(self, prepared: PreparedStep, editor: SchemaEditor) -> AbstractContextManager[None]:
        if self.borrowed:
            return nullcontext()
        if prepared.migration.header.atomic:
            return editor.transaction(self.connection)
        return _autocommit(self.connection)

    def _write_row(self, prepared: PreparedStep, seconds: float) -> None:
        header = prepared.migration.header
        if prepared.step.direction is Direction.BACKWARD:
            self.recorder.erase(self.connection, header.app, header.name)
            return
        row, way_back = self.describe(prepared)
        timed = Applied(
            app=row.app,
            name=row.name,
            seconds=seconds,
            checksum=row.checksum,
            file_checksum=row.file_checksum,
            tool=row.tool,
        )
        self.recorder.record(self.connection, timed, way_back)


@contextmanager
def _autocommit(connection: sa.Connection) -> Iterator[None]:
    """Each statement by itself, for a file that says `atomic = False`."""
    former = connection.get_isolation_level()
    connection.commit()
    connection.execution_options(isolation_level="AUTOCOMMIT")
    try:
        yield
        connection.commit()
    finally:
        if connection.in_transaction():
            connection.rollback()
        connection.execution_options(isolation_level=former)


class _Progress:
    """Where a step is, so that an error can say it."""

    def __init__(self, prepared: PreparedStep, editor: SchemaEditor, output: LiveOutput, *, atomic: bool) -> None:
        self.prepared = prepared
        self.editor = editor
        self.output = output
        self.atomic = atomic
        self.position: int | None = None

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turn any error of the migration into one that says what, where, and where the database stands."""
        try:
            yield
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            raise MigrationFailedError(self._message(error), where=self._where(error), hint=self._hint()) from error

    def _message(self, error: BaseException) -> str:
        revision = self.prepared.step.revision
        lines = [f"{revision} failed at {self._operation()}", f"  {_reason(error)}"]
        if isinstance(error, sa.exc.DBAPIError) and self.output.last:
            lines.append(f"  statement: {_one_line(self.output.last)}")
        lines.append(f"  state: {self._state()}")
        return "\n".join(lines)

    def _operation(self) -> str:
        moves = self.prepared.moves
        if self.position is None:
            return "the end, writing the version table" if moves else "its start"
        return f"operation {self.position + 1} of {len(moves)}: {moves[self.position][0].describe()}"

    def _state(self) -> str:
        if self.atomic:
            return "rolled back, this migration left nothing behind"
        if self.output.statements == 0:
            return "no statement of this migration had taken effect"
        return (
            f"{self.output.statements} statement(s) of this migration took effect and stay: "
            f"{self.editor.dialect.name} cannot take them back"
            if not self.editor.transactional_ddl
            else f"{self.output.statements} statement(s) took effect and stay: the file says atomic = False"
        )

    def _where(self, error: BaseException) -> str:
        path = str(self.prepared.migration.header.path)
        own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
        return f"{path}:{own[-1].lineno}" if own else path

    def _hint(self) -> str:
        if self.atomic or self.output.statements == 0:
            return "mend the file or the data, then run the same command again"
        return "undo those statements by hand, mend the file, then run the same command again"


def _reason(error: BaseException) -> str:
    if isinstance(error, sa.exc.DBAPIError) and error.orig is not None:
        return f"{type(error.orig).__name__}: {_one_line(str(error.orig))}"
    if isinstance(error, MinimigError):
        return str(error).replace("\n", "\n  ")
    return f"{type(error).__name__}: {error}"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:297] + "..."
