"""A run gone through on paper: whatever a dialect cannot be told is found before the first statement.

In: prepared steps and the dialect that they will run on. Every operation is executed against an output that sends
nothing, so what its schema editor refuses stops the run while the database is still untouched. The editor asks no
database meanwhile; what only a live one can tell (a trigger that a rebuild would break, a sequence of another name) is
still found when its operation runs. Steps in Python are passed over, and so is what hangs on a condition
(`if_not_exists`) that no script has words for.

An operation of the project's own is executed here as well, and once more for real: all that it does should go through
the editor. (Django and Alembic find out in the middle of a run what a database cannot do; on MySQL the operations
before stay.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.phrases import Phrases
from minimig.dialects.registry import editor_for
from minimig.errors import MinimigError, NeedsAnswerError, NeedsConnectionError, UnsupportedError
from minimig.revisions.replay import Change
from minimig.runtime.output import PaperOutput
from minimig.runtime.prepare import PreparedStep


def rehearse(steps: Sequence[PreparedStep], dialect: sa.Dialect) -> tuple[PreparedStep, ...]:
    """Go through all steps that will run on a dialect; what is only recorded need not be possible.

    They come back with what was said, so that the run need not spell it again. Raises UnsupportedError or StateError,
    naming file and operation.
    """
    return tuple(step if step.step.faked else _rehearsed(step, dialect) for step in steps)


def _rehearsed(prepared: PreparedStep, dialect: sa.Dialect) -> PreparedStep:
    phrases = Phrases()
    rehearse_moves(prepared.moves, dialect, prepared.where, phrases)
    return replace(prepared, phrases=phrases)


def refuse_names(steps: Sequence[PreparedStep], editor: SchemaEditor) -> None:
    """Raise UnsupportedError, naming file and operation, for names that the database cannot hold or keep apart.

    One editor goes along all steps, so that it looks at each table once.
    """
    for prepared in steps:
        for position, (_, before, after) in enumerate(prepared.moves):
            try:
                editor.refuse_names(before, after)
            except UnsupportedError as error:
                raise error.at(prepared.where(position)) from error


def rehearse_moves(
    moves: Sequence[Change], dialect: sa.Dialect, where: Callable[[int], str], phrases: Phrases | None = None
) -> None:
    """Go through the operations of one step; `where` names the one at a position. Raises as `rehearse` does."""
    editor = editor_for(dialect, PaperOutput(dialect))
    editor.phrases = phrases or editor.phrases
    reached = 0
    try:
        for position, (operation, before, after) in enumerate(moves):
            reached = position
            try:
                operation.execute(editor, before, after)
            except (NeedsConnectionError, NeedsAnswerError):
                continue  # a Python step, a condition: they have their turn when there is a connection
        editor.finish()
    except MinimigError as error:
        raise error.at(where(reached)) from error
    except Exception:  # noqa: BLE001 - an operation of the project's own that cannot do without a database
        return
