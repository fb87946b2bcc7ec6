"""Carry out prepared steps on a database, one transaction at a time.

A migration and its row in the version table are one transaction where the database can roll DDL back; on request a
whole run is. Where that cannot be (MariaDB, MySQL; statements outside a transaction) a journal is kept, and a run that
was killed goes on where it stopped: see `stepwise`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.lock import check_held, holds
from minimig.dialects.output import Output
from minimig.dialects.registry import editor_for
from minimig.dialects.run_options import NO_OPTIONS, RunOptions
from minimig.dialects.transaction import commits_each
from minimig.errors import DatabaseError, MigrationFailedError
from minimig.runtime.bench import Bench
from minimig.runtime.disk import refuse_full_disk
from minimig.runtime.doubt import Assume
from minimig.runtime.events import Listener, Retrying, StepDone, StepRecorded, StepStarted, Within, silence
from minimig.runtime.failure import Progress, Standing
from minimig.runtime.foreseen import Foreseen
from minimig.runtime.hearing import heard
from minimig.runtime.journal import Note, notes_of
from minimig.runtime.limits import Limits
from minimig.runtime.lock_count import warn_of_locks
from minimig.runtime.net_effect import take
from minimig.runtime.notebook import Notebook
from minimig.runtime.output import LiveOutput
from minimig.runtime.plan import Direction, Step
from minimig.runtime.prechecks import refuse_rows
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.privileges import Found, needs_of_record, refuse_lacks
from minimig.runtime.recorder import Applied, Recorder
from minimig.runtime.retrying import ONCE, PATIENCE, Patience, persist
from minimig.runtime.rows import row_changes, version_row
from minimig.runtime.scribe import Scribe
from minimig.runtime.segments import Segment, in_one_transaction, refuse_apart, refuse_outside, segments
from minimig.runtime.stages import OperationBegun, RowWritten, StepCut, VersionTableWanted
from minimig.runtime.stepwise import Stepwise
from minimig.stages import Tell, untold


class Executor:
    """Runs steps on one connection.

    A connection that is inside a transaction already belongs to the caller: then nothing is begun, committed or rolled
    back here. `within` is called when the row of a step is written; `options` are for data steps that ask for them.
    """

    tell: Tell = staticmethod(untold)  # hears of each statement, and of what it belongs to

    def __init__(
        self,
        connection: sa.Connection,
        recorder: Recorder,
        *,
        within: Within | None = None,
        options: RunOptions = NO_OPTIONS,
        whole: bool = False,
        assume: Assume = None,
        patience: Patience = PATIENCE,
        precheck: bool = True,
    ) -> None:
        """With `whole` all steps are one transaction. `assume` answers for statements of which nobody heard.

        `patience` is for others that are in the way; inside a transaction of the caller there is none.
        """
        self.connection, self.recorder = connection, recorder
        self.within, self.options, self.at_once = within, options, 0
        self.borrowed, self.locked = connection.in_transaction(), holds(connection)
        self.whole, self.assume, self.precheck = whole, assume, precheck
        self.patience = ONCE if self.borrowed else patience
        self._listener: Listener = silence
        self._limits = Limits(connection, self._editor(), self.patience)
        self._notes: tuple[Note, ...] | None = None

    def run(self, steps: Sequence[PreparedStep] | Foreseen, listener: Listener = silence) -> float:
        """Carry out all steps; returns the seconds it took. Stops with MigrationFailedError at the first error.

        A step that is faked is recorded and not run. Those that a net effect stands for are `at_once`.
        """
        run = steps if isinstance(steps, Foreseen) else Foreseen(steps)
        steps, net, rows = run.steps, run.net, run.rows
        began, self._listener, revisions = time.perf_counter(), listener, tuple(each.step.revision for each in steps)
        run.refuse_names(self._editor())
        if self.borrowed and not commits_each(self.connection):
            refuse_outside(run.real, self._editor())
        if self.whole:
            refuse_apart(run.real, self._editor())
        with heard(self.connection, self.tell):
            if steps:
                self._look_ahead(run)
                if self.borrowed:
                    self._editor().join(self.connection)
                self._ensure_version_table()
            with self._limits.kept(), self._whole_run():
                done = take(net, self.recorder, steps, rows, self._limits, self._editor(), listener) if net else 0
                self.at_once = done
                self._run_all(steps[done:], rows[done:], revisions, listener)
        return time.perf_counter() - began

    def _run_all(
        self, steps: Sequence[PreparedStep], rows: Sequence[Applied], revisions: tuple[str, ...], listener: Listener
    ) -> None:
        first = len(revisions) - len(steps) + 1
        for number, (prepared, row) in enumerate(zip(steps, rows, strict=True), start=first):
            if self.locked:
                check_held(self.connection)
            listener(StepStarted(prepared.step, number, revisions))
            started = time.perf_counter()
            if prepared.step.faked:
                with nullcontext() if self.borrowed or self.whole else self.connection.begin():
                    self._write_row(prepared, row, 0.0)
            else:
                self._run_step(prepared, row, started)
            listener(StepDone(prepared.step, time.perf_counter() - started))

    def fake(self, steps: Sequence[PreparedStep], listener: Listener = silence) -> None:
        """Record or erase all steps without running anything."""
        revisions = tuple(prepared.step.revision for prepared in steps)
        if steps:
            self._look_at_rights(steps)
            self._ensure_version_table()
        with nullcontext() if self.borrowed else self.connection.begin():
            self._forget_half_done(revisions)
            for number, prepared in enumerate(steps, start=1):
                listener(StepStarted(prepared.step, number, revisions))
                self._write_row(prepared, version_row(prepared), 0.0)
                listener(StepDone(prepared.step, 0.0))

    def rewrite(self, gone: Sequence[Applied], steps: Sequence[PreparedStep]) -> None:
        """Forget rows, and record steps as applied, all in one transaction and without running anything."""
        rows = [version_row(prepared) for prepared in steps]
        if not gone and not rows:
            return
        self._look_at_rights(steps, erases=bool(gone))
        self._ensure_version_table()
        with nullcontext() if self.borrowed else self.connection.begin():
            self._forget_half_done([*(row.revision for row in gone), *(prepared.step.revision for prepared in steps)])
            for row in gone:
                self.recorder.erase(self.connection, row)
                self._tell(StepRecorded(Step(row.revision, Direction.BACKWARD, faked=True)))
            for prepared, row in zip(steps, rows, strict=True):
                self._write_row(prepared.faked(), row, 0.0)

    def _forget_half_done(self, revisions: Iterable[str]) -> None:
        """What a person records or erases is no longer half-done; the journal is asked once for all."""
        half_done = {note.revision for note in self.recorder.journal.read(self.connection)}
        for revision in half_done.intersection(revisions):
            self.recorder.forget_unfinished(self.connection, revision)

    def _look_ahead(self, run: Foreseen) -> None:
        """Raise DatabaseError for what can be known to stop the run: rights that are missing, a full disk, rows."""
        editor = self._editor()
        self._look_at_rights(run.steps, lambda: run.wanted(editor, first=self.within is not None))
        warn_of_locks(self.connection, run.real if self.whole else (), editor, self._listener)
        if self.precheck and not self.borrowed:
            refuse_full_disk(self.connection, editor, run.real)
            journal, demands = self.recorder.journal, run.demands(editor)
            refuse_rows(self.connection, editor, journal, demands, self._listener, self.tell)

    def _look_at_rights(self, steps: Sequence[PreparedStep], found: Found = tuple, *, erases: bool = False) -> None:
        if self.precheck:
            own = needs_of_record(self.recorder, self._editor(), steps, erases=erases)
            refuse_lacks(self.connection, self._editor(), self.recorder, found, own)

    def _ensure_version_table(self) -> None:
        self.tell(VersionTableWanted(self.recorder.table.key))
        with nullcontext() if self.borrowed else self.connection.begin():
            self.recorder.ensure(self.connection)

    def _run_step(self, prepared: PreparedStep, row: Applied, started: float) -> None:
        """One step, tried again where another session was in the way.

        From its start where it was rolled back whole, else from where the journal says that it stands.
        """
        output = LiveOutput(self.connection)
        attempts = self.patience.attempts

        def again(attempt: int, pause: float, reason: str) -> None:
            self._limits.unsure()
            self._notes = None
            output.rolled_back(ddl=self._editor(output).transactional_ddl)
            self._listener(Retrying(prepared.step, attempt, attempts, pause, reason))

        persist(lambda: self._attempt(prepared, row, started, output), self.patience, _passing, again)

    def _attempt(self, prepared: PreparedStep, row: Applied, started: float, output: LiveOutput) -> None:
        editor = self._editor(output, prepared)
        found = segments(prepared, editor)
        single = self.borrowed or in_one_transaction(found, editor, prepared)
        self.tell(StepCut(prepared.step, tuple(found), single, editor.transactional_ddl))
        progress = Progress(prepared, editor, output, self._standing(single=single))

        def finish() -> None:
            self._write_row(prepared, row, time.perf_counter() - started)
            progress.committing = True

        with progress.explaining(), output.counting():
            if prepared.moves:  # SQLite waits where the transaction begins
                self._limits.before(prepared.moves[0].operation, editor, output)
            if single:
                self._run_at_once(prepared, editor, progress, finish)
            else:
                self._run_stepwise(prepared, found, output, progress, finish)

    def _standing(self, *, single: bool) -> Standing:
        if self.borrowed:
            return Standing.BORROWED
        if self.whole:
            return Standing.WHOLE
        return Standing.ATOMIC if single else Standing.STEPWISE

    def _run_at_once(
        self, prepared: PreparedStep, editor: SchemaEditor, progress: Progress, finish: Callable[[], None]
    ) -> None:
        with nullcontext() if self.borrowed or self.whole else editor.transaction(self.connection):
            for position, (operation, before, after) in enumerate(prepared.moves):
                progress.position = position
                self.tell(OperationBegun(prepared.step, position, operation))
                self._limits.before(operation, editor, progress.output)
                operation.execute(editor, before, after)
                progress.check_transaction(self.connection)
            editor.finish()
            progress.position = None
            finish()

    def _run_stepwise(
        self,
        prepared: PreparedStep,
        found: Sequence[Segment],
        output: LiveOutput,
        progress: Progress,
        finish: Callable[[], None],
    ) -> None:
        journal = self.recorder.journal
        with output.uncounted():
            if self._notes is None:
                with self.connection.begin():
                    journal.ensure(self.connection)
                    self._notes = journal.read(self.connection)
            if prepared.step.direction is Direction.BACKWARD:
                with self.connection.begin():
                    self.recorder.mark_unfinished(self.connection, version_row(prepared))
        book = Notebook(self.connection, journal, output, self.tell, self._notes)
        run = Stepwise(
            Bench(self.connection, output, book, Scribe(prepared), self._editor),
            progress,
            self._limits,
            noted=notes_of(self._notes, prepared.step.revision, prepared.step.direction),
            assume=self.assume,
            patience=self.patience,
            listener=self._listener,
            tell=self.tell,
        )
        run.run(found, finish)

    def _editor(self, output: Output | None = None, prepared: PreparedStep | None = None) -> SchemaEditor:
        """An editor on the connection, which knows what this run was given, and what the rehearsal of a step said."""
        editor = editor_for(self.connection.dialect, output or LiveOutput(self.connection))
        editor.options, editor.phrases = self.options, (prepared and prepared.phrases) or editor.phrases
        return editor

    def _whole_run(self) -> AbstractContextManager[None]:
        own = self.whole and not self.borrowed
        return self._editor().transaction(self.connection) if own else nullcontext()

    def _write_row(self, prepared: PreparedStep, row: Applied, seconds: float) -> None:
        for change in row_changes(prepared, replace(row, seconds=seconds)):
            self.tell(RowWritten(change))
            if change.comes:
                self.recorder.record(self.connection, change.row)
            else:
                self.recorder.erase(self.connection, change.row, required=change.required)
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


def _passing(error: Exception) -> str | None:
    return error.passing if isinstance(error, MigrationFailedError) else None
