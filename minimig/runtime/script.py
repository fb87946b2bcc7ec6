"""The statements of prepared steps, for a script: each step with its operations, its version rows and its transaction.

In: steps as `prepare` makes them, and a dialect. Out: values; `script_text` makes lines of them. No database is asked,
so what only a live one can do (a step in Python, a condition that SQL has no words for) is left out here and said in
`left_out`; whoever asked decides whether that will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.literals import RowText, inlined, literal_dialect
from minimig.dialects.registry import editor_for
from minimig.dialects.script_style import NO_FRAME, Frame, Guard, ScriptStyle
from minimig.errors import MinimigError, NeedsAnswerError, NeedsConnectionError, UnsupportedError
from minimig.operations.base import Operation
from minimig.runtime.output import ScriptOutput
from minimig.runtime.plan import Direction, Step
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied, Recorder
from minimig.runtime.rehearsal import refuse_names
from minimig.runtime.rows import RowChange, row_changes, version_row
from minimig.runtime.stages import OperationBegun, ScriptBegun
from minimig.stages import Tell, untold


@dataclass(frozen=True)
class OperationSQL:
    """An operation and its statements. `left_out` says why some of it is no statement: it needs a connection."""

    operation: Operation
    statements: tuple[str, ...]
    left_out: str | None = None
    where: str = ""


@dataclass(frozen=True)
class StepSQL:
    """A step of a script: operations, the statements for the version table, and what stands around them."""

    step: Step
    title: str
    operations: tuple[OperationSQL, ...]
    rows: tuple[str, ...] = ()
    frame: Frame = NO_FRAME
    guard: Guard | None = None


def operations_sql(
    prepared: PreparedStep, dialect: sa.Dialect, frame: Frame, tell: Tell = untold
) -> tuple[OperationSQL, ...]:
    """The statements of each operation of a step, inside the given frame.

    Raises UnsupportedError or StateError, naming file and operation, for what the dialect cannot be told.
    """
    tell(ScriptBegun(prepared.step, dialect.name))
    output = ScriptOutput(dialect, frame, tell)
    editor = editor_for(dialect, output)
    found: list[OperationSQL] = []
    for position, (operation, old, new) in enumerate(prepared.moves):
        sent, where, why = len(output.lines), prepared.where(position), None
        tell(OperationBegun(prepared.step, position, operation))
        try:
            operation.execute(editor, old, new)
        except NeedsConnectionError as error:
            why = error.message
        except NeedsAnswerError as error:
            del output.lines[sent:]
            why = error.message
        except MinimigError as error:
            raise error.at(where) from error
        found.append(OperationSQL(operation, tuple(output.lines[sent:]), why, where))
    sent = len(output.lines)
    try:
        editor.finish()
    except MinimigError as error:
        raise error.at(prepared.where(len(prepared.moves) - 1)) from error
    if len(output.lines) > sent:  # statements held back until the end belong to the last operation
        last = found[-1]
        found[-1] = replace(last, statements=(*last.statements, *output.lines[sent:]))
    return tuple(found)


def own_frame(prepared: PreparedStep, editor: SchemaEditor) -> Frame:
    """The transaction of a step: none where no operation of it may be in one, or the file wants none."""
    style = editor.script
    if not prepared.migration.header.atomic:
        return NO_FRAME
    if not editor.transactional_ddl:
        return style.loose
    moves = prepared.moves
    alone = bool(moves) and all(move.operation.steps_outside(editor) for move in moves)
    return NO_FRAME if alone else (style.opening, style.closing)


@dataclass(frozen=True)
class ScriptWriter:
    """Writes steps for one dialect and one version table.

    With `one_transaction` no step has a transaction of its own. With `idempotent` each step has a guard.
    """

    dialect: sa.Dialect
    recorder: Recorder
    one_transaction: bool = False
    idempotent: bool = False
    tell: Tell = untold

    @property
    def editor(self) -> SchemaEditor:
        """An editor that knows the dialect; nothing is written with it."""
        return editor_for(self.dialect, ScriptOutput(self.dialect))

    @property
    def style(self) -> ScriptStyle:
        """How the dialect's client wants a script written."""
        return self.editor.script

    def steps(self, prepared: Sequence[PreparedStep]) -> tuple[StepSQL, ...]:
        """All steps. Raises UnsupportedError for what cannot be in one transaction, or under a condition."""
        self._refuse(prepared)
        refuse_names([each for each in prepared if not each.step.faked], self.editor)
        return tuple(self._step(each) for each in prepared)

    def create_version_table(self) -> str:
        """The statement that creates the version table where it is missing."""
        editor, table = self.editor, self.recorder.table
        create = editor.compile(CreateTable(table))
        return editor.script.create_if_missing(create, editor.dialect.identifier_preparer.format_table(table))

    def forget_everything(self) -> str:
        """The statement that empties the version table."""
        return self._inlined(self.recorder.table.delete())

    def _step(self, prepared: PreparedStep) -> StepSQL:
        row = version_row(prepared)
        rows = tuple(map(self._row, row_changes(prepared, row)))
        editor = self.editor
        frame = own_frame(prepared, editor)
        if self.one_transaction or (self.idempotent and editor.script.whole_guard):
            frame = NO_FRAME
        operations = () if prepared.step.faked else operations_sql(prepared, self.dialect, frame, self.tell)
        written = StepSQL(prepared.step, prepared.migration.header.title, operations, rows, frame)
        return replace(written, guard=self._guard(prepared.step, row)) if self.idempotent else written

    def forgotten(self, row: Applied) -> StepSQL:
        """A step that takes one row out of the version table and does nothing else."""
        statement = self._inlined(self.recorder.deletion(row))
        return StepSQL(Step(row.revision, Direction.BACKWARD, faked=True), "", (), (statement,))

    def recorded(self, prepared: PreparedStep) -> StepSQL:
        """A step that writes its rows and does nothing else, without a transaction of its own."""
        return replace(self._step(prepared.faked()), frame=NO_FRAME)

    def _guard(self, step: Step, row: Applied) -> Guard:
        return Guard(self._inlined(self.recorder.search(row)), there=step.direction is Direction.BACKWARD)

    def _row(self, change: RowChange) -> str:
        if change.comes:
            return self._insertion.of(self.recorder.values(change.row)).rstrip().rstrip(";")
        return self._inlined(self.recorder.deletion(change.row))

    def _inlined(self, statement: sa.ClauseElement) -> str:
        return inlined(statement, None, self._literal).rstrip().rstrip(";")

    @cached_property
    def _insertion(self) -> RowText:
        return RowText(self.recorder.table, self.recorder.values(Applied("", "")), self._literal)

    @cached_property  # it remembers how each type is written
    def _literal(self) -> sa.Dialect:
        return literal_dialect(self.dialect)

    def _refuse(self, steps: Sequence[PreparedStep]) -> None:
        editor = self.editor
        if self.one_transaction and not editor.transactional_ddl:
            raise UnsupportedError(
                f"{self.dialect.name} cannot hold a whole script in one transaction: its DDL commits by itself",
                hint="leave --atomic-run out",
            )
        option = "--atomic-run" if self.one_transaction else "--idempotent"
        if self.one_transaction or (self.idempotent and editor.script.whole_guard):
            for prepared in steps:
                _refuse_outside(prepared, editor, option)
        if self.idempotent:
            for prepared in steps:
                _refuse_squash(prepared)


def _refuse_outside(prepared: PreparedStep, editor: SchemaEditor, option: str) -> None:
    """Raise UnsupportedError for a step that must not be in a transaction."""
    if prepared.step.faked:
        return
    hint = f"leave {option} out; or write one script up to this revision, and another one behind it"
    for position, move in enumerate(prepared.moves):
        if move.operation.steps_outside(editor):
            raise UnsupportedError(
                f"this must run outside a transaction, and {option} puts it into one",
                where=prepared.where(position),
                hint=hint,
            )
    if not prepared.migration.header.atomic:
        raise UnsupportedError(
            f"this file says `atomic = False`, and {option} puts it into a transaction",
            where=str(prepared.migration.header.path),
            hint=hint,
        )


def _refuse_squash(prepared: PreparedStep) -> None:
    """Raise UnsupportedError for a step that stands for others: a database may have some of them."""
    if prepared.also:
        raise UnsupportedError(
            f"a script cannot tell which of {', '.join(sorted(prepared.also))} a database has, and"
            f" {prepared.step.revision} stands for all of them",
            where=str(prepared.migration.header.path),
            hint="name a start behind it with --from, or leave --idempotent out",
        )
