"""Carry out prepared steps on a database, one transaction at a time.

A migration and its row in the version table are one transaction where the database can roll DDL back. Where it cannot
(MariaDB, MySQL) the row is written right after the last statement, and an error says which operations took effect.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.registry import editor_for
from minimig.dialects.run_options import NO_OPTIONS, RunOptions
from minimig.dialects.transaction import autocommit, commits_each
from minimig.errors import DatabaseError, UnsupportedError
from minimig.runtime.events import Listener, StepDone, StepRecorded, StepStarted, Within, silence
from minimig.runtime.failure import Progress
from minimig.runtime.output import LiveOutput
from minimig.runtime.plan import Direction, Step
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied, Recorder
from minimig.runtime.rows import version_row


class Executor:
    """Runs steps on one connection.

    A connection that is inside a transaction already belongs to the caller: then nothing is begun, committed or rolled
    back here. `within` is called when the row of a step is written; `options` are for data steps that ask for them.
    """

    def __init__(
        self,
        connection: sa.Connection,
        recorder: Recorder,
        *,
        within: Within | None = None,
        options: RunOptions = NO_OPTIONS,
    ) -> None:
        self.connection = connection
        self.recorder = recorder
        self.within = within
        self.options = options
        self.borrowed = connection.in_transaction()

    def run(self, steps: Sequence[PreparedStep], listener: Listener = silence) -> float:
        """Carry out all steps; returns the seconds it took. Stops with MigrationFailedError at the first error.

        A step that is faked is recorded and not run.
        """
        began = time.perf_counter()
        revisions = tuple(prepared.step.revision for prepared in steps)
        rows = [version_row(prepared) for prepared in steps]
        real = [prepared for prepared in steps if not prepared.step.faked]
        self._refuse_names(real)
        if self.borrowed and not commits_each(self.connection):
            self._refuse_steps_outside(real)
        if steps:
            self._ensure_version_table()
        for number, (prepared, row) in enumerate(zip(steps, rows, strict=True), start=1):
            listener(StepStarted(prepared.step, number, revisions))
            started = time.perf_counter()
            if prepared.step.faked:
                with nullcontext() if self.borrowed else self.connection.begin():
                    self._write_row(prepared, row, 0.0)
            else:
                self._run_step(prepared, row, started)
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
                self._write_row(prepared, version_row(prepared), 0.0)
                listener(StepDone(prepared.step, 0.0))

    def rewrite(self, gone: Sequence[Applied], steps: Sequence[PreparedStep]) -> None:
        """Forget rows, and record steps as applied, all in one transaction and without running anything."""
        rows = [version_row(prepared) for prepared in steps]
        if not gone and not rows:
            return
        self._ensure_version_table()
        with nullcontext() if self.borrowed else self.connection.begin():
            for row in gone:
                self.recorder.erase(self.connection, row)
                self._tell(StepRecorded(Step(row.revision, Direction.BACKWARD, faked=True)))
            for prepared, row in zip(steps, rows, strict=True):
                self._write_row(prepared.faked(), row, 0.0)

    def _refuse_names(self, steps: Sequence[PreparedStep]) -> None:
        """Raise UnsupportedError, while nothing has run, for names that this database cannot hold or keep apart."""
        editor = editor_for(self.connection.dialect, LiveOutput(self.connection))
        for prepared in steps:
            for operation, before, after in prepared.moves:
                try:
                    editor.refuse_names(before, after)
                except UnsupportedError as error:
                    where = f"{prepared.migration.header.path}, {operation.describe()}"
                    raise UnsupportedError(error.message, where=where, hint=error.hint) from error

    def _ensure_version_table(self) -> None:
        with nullcontext() if self.borrowed else self.connection.begin():
            self.recorder.ensure(self.connection)

    def _run_step(self, prepared: PreparedStep, row: Applied, started: float) -> None:
        output = LiveOutput(self.connection)
        editor = editor_for(self.connection.dialect, output)
        editor.options = self.options
        outside = any(move.operation.steps_outside(editor) for move in prepared.moves)
        atomic = editor.transactional_ddl and prepared.migration.header.atomic and not outside
        progress = Progress(prepared, editor, output, atomic=atomic, borrowed=self.borrowed)
        with progress.explaining(), output.counting(), self._transaction(prepared, editor):
            for position, (operation, before, after) in enumerate(prepared.moves):
                progress.position = position
                operation.execute(editor, before, after)
                progress.check_transaction(self.connection)
            editor.finish()
            progress.position = None
            self._write_row(prepared, row, time.perf_counter() - started)
            progress.committing = True

    def _refuse_steps_outside(self, steps: Sequence[PreparedStep]) -> None:
        """Raise UnsupportedError for an operation that the caller's transaction cannot hold."""
        editor = editor_for(self.connection.dialect, LiveOutput(self.connection))
        for prepared in steps:
            for operation, _, _ in prepared.moves:
                if operation.steps_outside(editor):
                    raise UnsupportedError(
                        f"{operation.describe()}: this cannot run inside a transaction, and the connection is in yours",
                        where=str(prepared.migration.header.path),
                        hint="hand minimig an engine, a URL, or a connection on which no transaction has begun",
                    )

    def _transaction(self, prepared: PreparedStep, editor: SchemaEditor) -> AbstractContextManager[None]:
        if self.borrowed:
            return nullcontext()
        if prepared.migration.header.atomic:
            return editor.transaction(self.connection)
        return autocommit(self.connection)

    def _write_row(self, prepared: PreparedStep, row: Applied, seconds: float) -> None:
        split = (revision.partition(".") for revision in sorted(prepared.also))
        others = [Applied(app, name) for app, _, name in split]
        if prepared.step.direction is Direction.BACKWARD:
            self.recorder.erase(self.connection, row, required=not others)
            for other in others:
                self.recorder.erase(self.connection, other, required=False)
        else:
            for other in others:
                self.recorder.record(self.connection, replace(other, tool=row.tool))
            self.recorder.record(self.connection, replace(row, seconds=seconds))
        header = prepared.migration.header
        self._tell(StepRecorded(prepared.step, header.doc, header.path))

    def _tell(self, recorded: StepRecorded) -> None:
        """Let the project know, inside the transaction. Raises what its function raises, or that it left there."""
        if self.within is None:
            return
        self.within(recorded, self.connection)
        if not self.connection.in_transaction():
            raise DatabaseError(
                "a function of `on_step` ended the transaction it was given, by commit, rollback or close",
                hint="leave that to minimig; look with minimig showmigrations at what is recorded now",
            )
