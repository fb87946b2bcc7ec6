"""What is said when a migration fails: what, where, why, and where the database stands now."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.errors import InterruptedRunError, MigrationFailedError, MinimigError
from minimig.runtime.output import LiveOutput
from minimig.runtime.prepare import PreparedStep


class Progress:
    """Where a step is, so that an error can say it."""

    def __init__(
        self, prepared: PreparedStep, editor: SchemaEditor, output: LiveOutput, *, atomic: bool, borrowed: bool
    ) -> None:
        self.prepared = prepared
        self.editor = editor
        self.output = output
        self.atomic = atomic
        self.borrowed = borrowed
        self.position: int | None = None

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turn any error of the migration into one that says what, where, and where the database stands."""
        try:
            yield
        except GeneratorExit:
            raise
        except BaseException as error:
            kind = InterruptedRunError if isinstance(error, KeyboardInterrupt) else MigrationFailedError
            raise kind(self._message(error), where=self._where(error), hint=self._hint()) from error

    def _message(self, error: BaseException) -> str:
        revision = self.prepared.step.revision
        verb = "was interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
        lines = [f"{revision} {verb} at {self._operation()}", f"  {_reason(error)}"]
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
        if self.borrowed:
            return "your transaction is still open, and only you can roll it back"
        if self.atomic:
            return "rolled back, this migration left nothing behind"
        if self._staying() == 0:
            return "no statement of this migration had taken effect"
        done = f"{self._staying()} statement(s) of this migration took effect and stay"
        if not self.prepared.migration.header.atomic:
            return f"{done}: the file says atomic = False"
        return f"{done}: {self.editor.dialect.name} cannot take them back"

    def _staying(self) -> int:
        """How many statements the database keeps, although the migration failed."""
        return self.output.kept if self.prepared.migration.header.atomic else self.output.statements

    def _where(self, error: BaseException) -> str:
        path = str(self.prepared.migration.header.path)
        own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
        return f"{path}:{own[-1].lineno}" if own else path

    def _hint(self) -> str:
        if self.borrowed or self.atomic or self._staying() == 0:
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
